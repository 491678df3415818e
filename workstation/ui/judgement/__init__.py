"""What the engine thinks: why, grades, the record of signals, models."""
