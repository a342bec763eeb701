"""Runs kernels as machine code: PTX to LLVM IR over vectors of 32 lanes, counting compiled in.

`translate` turns a linked kernel into a function that runs one warp until it ends or waits; `runtime` holds
what all kernels share (checked and counted memory accesses, convergence, blocks); `launch` runs the blocks
on a pool of threads; `record` folds what they counted. Where a kernel needs something that native code
lacks, the interpreter runs it.
"""
