"""Who says from outside which coins belong to a narrative."""
