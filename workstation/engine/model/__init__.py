"""The learned judge: trained on what became of past bars, calibrated, and checked before it may speak."""
