"""What the trader is told: alerts, the rules that raise them, how they are announced."""
