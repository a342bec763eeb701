// Launch latency: what it costs to start a kernel, whatever it does.
//
// Mechanism. The host writes the launch into a queue that the GPU reads, the GPU hands out the blocks, and
// when they are done it tells the host. One launch that the host waits for takes all of that (`single`).
// When many are queued, the next is being fetched while one runs, and what is left is what the GPU itself
// needs from one kernel to the next (`back_to_back`). All blocks of a cooperative launch reside at once. A
// programmatic dependent launch may begin while the kernel before it still runs, and waits for its memory
// only where it says so.
//
// Each launch writes one word per block and does nothing else, so that none can be lost unseen.
//
// What can fool it. The host's own speed and its clock are in `single`, and so are a microsecond or two of
// this program, which prepares the launch beforehand. Behind a kernel that keeps the GPU busy while the host
// queues the launches, they do not wait for the host in `back_to_back`. Code that is launched for the first
// time is loaded first: that is left to the launches that warm up.
// Published: 2.4 to 2.6 us back to back on A100 and H200 (RRZE-HPC/gpu-benches@1038c5d, gpu-small-kernels);
// 4 to 6 us until the host sees the end (RTX 5070 Ti, susun-blog).

extern "C" __global__ void mark(unsigned* result, unsigned launch)
{
    unsigned place = launch * gridDim.x + blockIdx.x;
    result[place] = place + 1;
}

extern "C" __global__ void mark_programmatic(unsigned* result, unsigned launch)
{
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
    unsigned place = launch * gridDim.x + blockIdx.x;
    result[place] = place + 1;
}
