"""What a chart shows besides its bars: comparisons, judgement, a date, its picture."""
