"""Cellar: what outlives a session."""
