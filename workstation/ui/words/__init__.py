"""How numbers, grades, signals and foreign text are said."""
