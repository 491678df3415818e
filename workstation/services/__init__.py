"""Household: use cases that hold state and know neither a window nor an exchange library."""
