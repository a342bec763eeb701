"""Readers of what other profilers wrote: one module per format, told apart by content."""
