"""How good signals and grades are, each figure with its interval."""
