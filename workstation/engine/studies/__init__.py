"""Studies of a chart: averages, bands and oscillators that a trader lays over candles or below them."""
