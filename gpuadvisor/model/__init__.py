"""The documents: what is known of machines, kernels and runs, and the advice drawn from it."""
