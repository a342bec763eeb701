// Allocation: what it costs to allocate device memory, use it and free it.
//
// Mechanism. cudaMalloc and cudaFree change the address space of the device: the host works for it, and
// cudaFree waits until the device is idle, so that nothing overlaps with it. cudaMallocAsync and
// cudaFreeAsync take memory from a pool and give it back in the order of a stream, without waiting for it.
// Memory that was allocated before costs nothing.
//
// Each round allocates, copies a few words into the memory and out of it again, and frees it; the words must
// arrive.
//
// What can fool it. The first allocation from the pool asks the system for memory, and unless its release
// threshold is raised the pool gives it back when the stream is synchronised: of eight rounds one pays for
// that, in each sample. A larger allocation of cudaMalloc takes longer, as its pages are mapped. An emulated
// device checks the words only: nobody has published what allocations cost.
//
// The allocations are the host's; there is no kernel.
