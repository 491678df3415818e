"""Ears: the outside ends here."""
