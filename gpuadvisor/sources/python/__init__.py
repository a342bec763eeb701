"""Kernels written in Python, or held by it: Numba, Triton and CuPy's RawKernel."""
