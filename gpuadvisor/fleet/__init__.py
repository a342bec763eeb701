"""Probes on many GPUs, and which of these stand out: `running` measures, `judging` judges."""
