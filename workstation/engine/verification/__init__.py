"""The proof that no data point and no vote looks ahead: truncate, perturb, delay, restart, compare."""
