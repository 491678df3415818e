"""Nouns: frozen values and their rules. Standard library and numpy only."""
