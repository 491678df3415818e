"""What docks around the chart."""
