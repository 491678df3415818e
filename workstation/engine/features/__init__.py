"""Data points: one named number per bar, and the factor families that vote with them."""
