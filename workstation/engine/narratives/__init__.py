"""Narratives: their indices, how they move against each other, and what to hold."""
