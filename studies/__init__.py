"""Slow studies of the tool's own promises; each has a target in the Makefile."""
