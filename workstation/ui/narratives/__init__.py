"""Narratives: their indices, their coins and where they stand against each other."""
