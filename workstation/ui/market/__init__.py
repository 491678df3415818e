"""What happens in the market: order book, trades, depth, market map."""
