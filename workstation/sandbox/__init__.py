"""Practice market: an exchange on loopback that speaks a real exchange's wire protocol."""
