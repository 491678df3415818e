"""The glass: candles painted."""
