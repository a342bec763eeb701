// Sparse matrices, graphs, hash tables and strings.

extern "C" __global__ void spmv_scalar(float *y, const int *rows, const int *columns, const float *values, const float *x, int n)
{
    int row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= n) return;
    float sum = 0;
    for (int i = rows[row]; i < rows[row + 1]; ++i) sum += values[i] * x[columns[i]];
    y[row] = sum;
}

extern "C" __global__ void spmv_vector(float *y, const int *rows, const int *columns, const float *values, const float *x, int n)
{
    int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x & 31;
    if (row >= n) return;
    float sum = 0;
    for (int i = rows[row] + lane, end = rows[row + 1]; i < end; i += 32) sum += values[i] * __ldg(x + columns[i]);
    for (int offset = 16; offset; offset /= 2) sum += __shfl_down_sync(~0u, sum, offset);
    if (lane == 0) y[row] = sum;
}

extern "C" __global__ void spmv_ell(double *y, const int *columns, const double *values, const double *x, int n, int width)
{
    int row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= n) return;
    double sum = 0;
    for (int i = 0; i < width; ++i) {
        int column = columns[i * n + row];
        if (column < 0) break;
        sum += values[i * n + row] * x[column];
    }
    y[row] = sum;
}

// The whole search in one block: queues in global memory, levels claimed by compare and swap.
extern "C" __global__ void breadth_first(int *level, int *queue, const int *rows, const int *columns, int start)
{
    __shared__ int head, tail;
    if (threadIdx.x == 0) {
        level[start] = 0;
        queue[0] = start;
        head = 0;
        tail = 1;
    }
    __syncthreads();
    for (int depth = 1; head < tail; ++depth) {
        int begin = head, end = tail;
        __syncthreads();
        for (int i = begin + threadIdx.x; i < end; i += blockDim.x)
            for (int e = rows[queue[i]]; e < rows[queue[i] + 1]; ++e)
                if (atomicCAS(&level[columns[e]], -1, depth) == -1) queue[atomicAdd(&tail, 1)] = columns[e];
        if (threadIdx.x == 0) head = end;
        __syncthreads();
    }
}

extern "C" __global__ void relax(int *distance, const int3 *edges, int count, int *changed)
{
    int e = blockIdx.x * blockDim.x + threadIdx.x;
    if (e >= count) return;
    int3 edge = edges[e];
    int from = distance[edge.x];
    if (from != 0x7fffffff && atomicMin(&distance[edge.y], from + edge.z) > from + edge.z) atomicOr(changed, 1);
}

__device__ int find_root(volatile int *parent, int node)
{
    while (parent[node] != node) node = parent[node];
    return node;
}

extern "C" __global__ void components(int *parent, const int2 *edges, int count)
{
    int e = blockIdx.x * blockDim.x + threadIdx.x;
    if (e >= count) return;
    int a = edges[e].x, b = edges[e].y;
    for (;;) {
        a = find_root(parent, a);
        b = find_root(parent, b);
        if (a == b) break;
        int low = min(a, b), high = max(a, b);
        if (atomicCAS(&parent[high], high, low) == high) break;
    }
}

__device__ __noinline__ unsigned mix(unsigned h)
{
    h ^= h >> 16;
    h *= 0x85ebca6bu;
    h ^= h >> 13;
    h *= 0xc2b2ae35u;
    return h ^ h >> 16;
}

struct Slot { unsigned key, value; };

extern "C" __global__ void table_insert(Slot *table, unsigned mask, const unsigned *keys, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    for (unsigned at = mix(keys[i]) & mask;; at = (at + 1) & mask) {
        unsigned before = atomicCAS(&table[at].key, 0xffffffffu, keys[i]);
        if (before != 0xffffffffu && before != keys[i]) continue;
        atomicAdd(&table[at].value, 1u);
        return;
    }
}

extern "C" __global__ void table_lookup(unsigned *out, const Slot *table, unsigned mask, const unsigned *keys, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned at = mix(keys[i]) & mask;
    while (table[at].key != keys[i] && table[at].key != 0xffffffffu) at = (at + 1) & mask;
    out[i] = table[at].key == keys[i] ? table[at].value : 0;
}

__constant__ char needle[16];

extern "C" __global__ void find_string(int *first, int *matches, const char *text, int n, int length)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    bool same = i + length <= n;
    for (int k = 0; same && k < length; ++k) same = text[i + k] == needle[k];
    if (same) atomicMin(first, i);
    int found = __syncthreads_count(same);
    if (threadIdx.x == 0) atomicAdd(matches, found);
}

// Edit distance along anti-diagonals, three of them in shared memory.
extern "C" __global__ void edit_distance(int *out, const char *a, const char *b, int n, int m)
{
    __shared__ int diagonals[3][65];
    int i = threadIdx.x;
    for (int d = 0; d <= n + m; ++d) {
        int j = d - i, *now = diagonals[d % 3], *last = diagonals[(d + 2) % 3], *older = diagonals[(d + 1) % 3];
        if (i <= n && j >= 0 && j <= m)
            now[i] = i == 0 ? j : j == 0 ? i : min(min(last[i], last[i - 1]) + 1, older[i - 1] + (a[i - 1] != b[j - 1]));
        __syncthreads();
    }
    if (i == n) *out = diagonals[(n + m) % 3][n];
}
