"""Runs programs of the user's and records what they do on the GPU, or how fast they are."""
