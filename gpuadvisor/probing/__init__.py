"""Runs the experiments in probes/ on a device and judges whether their numbers can be believed."""
