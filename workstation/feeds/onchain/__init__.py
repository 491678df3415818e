"""What chains say about themselves, one provider a file."""
