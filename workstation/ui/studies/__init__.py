"""Indicators on a chart and what they are set to."""
