"""Where kernels run: a CUDA GPU, or the emulator in the shape of a known GPU."""
