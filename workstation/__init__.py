"""Tidemark: a desktop workstation for crypto traders."""

__version__ = "0.1.0"
