// Graph launch: what a kernel costs as a node of a CUDA graph.
//
// Mechanism. A graph is made once, from kernels and what they wait for; after that one call launches all of
// it. The host then works for the graph and no longer for each kernel, and the GPU knows the next kernel
// before the one before it has ended. Every node here writes one word, in a row: each waits for the one
// before it.
//
//   nodes        the graph, timed on the device: what is left per kernel
//   launched     the graph, by the host's clock: one launch, and the wait for its end
//   one_by_one   the same kernels launched one after the other, by the host's clock
//
// What can fool it. Making the graph and copying it to the device is done before and costs more than many
// launches. The host's clock holds this program's own call, a microsecond or two each.
// Published: 1.2 us per node on A100 and H200, half of the 2.4 of a launch (RRZE-HPC/gpu-benches@1038c5d,
// gpu-small-kernels); 2.5 us for the host whatever the size (NVIDIA blog, Constant Time Launch for
// Straight-Line CUDA Graphs).

extern "C" __global__ void mark(unsigned* result, unsigned node)
{
    result[node] = node + 1;
}
