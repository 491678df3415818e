"""One factor family a file; the registry lists every data point."""
