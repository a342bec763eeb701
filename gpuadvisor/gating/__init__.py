"""Budgets, baselines, statistics and verdicts: whether performance is still what it was."""
