"""The part of the machine code that all kernels share; it is translated once and cached."""
