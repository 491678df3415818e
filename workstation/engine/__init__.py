"""Verbs: pure functions and small state machines. Arrays in, arrays out; no clock, network, disk or log."""
