"""Measures the tool itself: `make bench`. Ratios within one run, peers beside us."""
