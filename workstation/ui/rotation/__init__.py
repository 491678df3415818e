"""Rotation between narratives: advice, paper accounts, trials of the past."""
