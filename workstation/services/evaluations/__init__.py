"""How good the engine would have been on some recorded candles, and models that are trained on them."""
