"""Fleets: judged from documents, and run on a real local cluster."""
