"""What several panels are built of."""
