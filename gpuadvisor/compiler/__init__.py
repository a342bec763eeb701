"""CUDA C++ to PTX and cubin without a GPU; what the compiler gave each kernel; occupancy."""
