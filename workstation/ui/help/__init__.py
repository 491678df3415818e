"""First steps, help pages and what this program is."""
