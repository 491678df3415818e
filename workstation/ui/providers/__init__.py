"""Who supplies data, and how far each is."""
