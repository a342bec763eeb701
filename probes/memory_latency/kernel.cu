// Memory latency: how long a load takes, against the size of what is loaded from.
//
// Mechanism. One thread follows a chain of pointers: the address of a load is the word that the load before
// returned, so nothing overlaps and the time per step is the latency of a load. Slots of 128 bytes, one
// cache line each, form one cycle. The smallest sets stay in L1, larger ones in L2, the largest in neither,
// and the steps of the curve are the latencies of L1, L2 and DRAM.
//
// The cycle. Within 2^k slots the successor of y is 5 y + c modulo 2^k, c odd, which visits every slot once
// (Hull and Dobell, "Random number generators", 1962) in an order that no prefetcher knows. A set may have
// three parts of 2^k slots, visited in turn. After n steps from slot 0, y = c (5^n - 1) / 4: the answer.
//
// What can fool it. Address arithmetic between loads: the slots hold whole pointers. Sectors written in part,
// which L2 must complete from DRAM before they can be read: the kernel writes whole sectors. Cold caches:
// the chain is first followed untimed, once around or 8192 steps, whichever is less; L2 is warm from writing
// the slots. L2 is not uniform: its far half costs up to twice as much, and what one multiprocessor sees
// is not what all see. The largest sets miss in the address translation buffers too. The size of L1
// is what the carve-out of shared memory leaves of it. Published, in cycles: L1 28 to 44, L2 212 to 360,
// DRAM 425 to 936 (RRZE-HPC/gpu-benches@1038c5d, gpu-latency, and markdewing/AI_kernels@d916a39, latency).
// An emulated device has no latencies to offer: there only the chain is checked.

typedef unsigned long long Pointer;

const unsigned SPACING = 16;  // pointers of a slot: 128 bytes

__device__ unsigned successor(unsigned slot, unsigned slots, unsigned parts)
{
    if (slot < slots * (parts - 1))
        return slot + slots;
    return (5 * slot + 2654435761u) & (slots - 1);
}

__device__ void link(Pointer* memory, unsigned slots, unsigned parts)
{
    for (unsigned slot = threadIdx.x; slot < slots * parts; slot += blockDim.x) {
        ulonglong2* sector = (ulonglong2*)(memory + size_t(slot) * SPACING);
        Pointer next = Pointer(memory + size_t(successor(slot, slots, parts)) * SPACING);
        sector[0] = make_ulonglong2(next, 0);
        sector[1] = make_ulonglong2(0, 0);
    }
    __syncthreads();
}

__device__ Pointer follow(Pointer pointer, unsigned steps)
{
#pragma unroll 1
    for (unsigned step = 0; step < steps; step += 7) {
#pragma unroll
        for (unsigned next = 0; next < 7; ++next)
            pointer = *(const Pointer*)pointer;  // measured
    }
    return pointer;
}

extern "C" __global__ void chase(Pointer* memory, unsigned* result, unsigned* cycles, unsigned slots,
                                 unsigned parts, unsigned warm_up_steps, unsigned steps)
{
    link(memory, slots, parts);
    if (threadIdx.x != 0)
        return;
    Pointer pointer = follow(Pointer(memory), warm_up_steps);
    long long start = clock64();
    pointer = follow(pointer, steps);
    long long end = clock64();
    result[0] = unsigned((pointer - Pointer(memory)) / (SPACING * sizeof(Pointer)));
    cycles[0] = unsigned(end - start);
}
