"""The practice market: an exchange on 127.0.0.1 that speaks Binance spot's public protocol."""
