"""What `tools/record_gpu.py` is made of."""
