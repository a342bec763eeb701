"""Counts what NVIDIA's counters count, from the addresses and masks of executed instructions."""
