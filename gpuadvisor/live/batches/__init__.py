"""Sweeps the batch size of a training step of the user's."""
