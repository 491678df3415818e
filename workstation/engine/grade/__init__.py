"""The trader grade: how each coin stands among all coins at a close, from components with learned weights."""
