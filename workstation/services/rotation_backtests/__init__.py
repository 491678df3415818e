"""Rotation on recorded candles: the advice of any day, and what following it would have brought."""
