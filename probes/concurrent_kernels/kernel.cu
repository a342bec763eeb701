// Concurrent kernels: small kernels on several streams, which together fill what one leaves idle.
//
// Mechanism. A kernel of one block uses one multiprocessor. Kernels of one stream run one after the other;
// kernels of different streams may run at the same time, as long as the device has multiprocessors and
// places for grids left (128 grids at most; CUDA Programming Guide, compute capabilities).
//
// Each kernel is one block that adds 1 to a word so many times that its launch is short beside it.
//
// What can fool it. Kernels that are over before the next has been launched never meet, whatever their
// streams: the work of each is some tens of microseconds, and the host queues all of them while another
// kernel keeps the device busy. Few hardware queues make streams wait for each other
// (CUDA_DEVICE_MAX_CONNECTIONS, 8 unless set). An emulated device checks the answers only: how kernels share
// a device is not in its model.

extern "C" __global__ void count(unsigned* result, unsigned kernel, unsigned steps)
{
    unsigned place = kernel * blockDim.x + threadIdx.x;
    unsigned value = place;
#pragma unroll 1
    for (unsigned step = 0; step < steps; ++step)
        asm volatile("add.u32 %0, %0, 1;" : "+r"(value));
    result[place] = value;
}
