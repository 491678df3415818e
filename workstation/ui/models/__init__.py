"""What panels show, as Qt models."""
