"""What people say and feel about coins, one provider a file."""
