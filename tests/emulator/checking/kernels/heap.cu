// Misuse of malloc in device code. FIXED selects the corrected twins.
#ifdef FIXED
#define IF_FIXED(yes, no) yes
#else
#define IF_FIXED(yes, no) no
#endif

extern "C" __global__ void leak(int* out, int n) {
    int* own = static_cast<int*>(malloc(n * sizeof(int)));
    if (own == nullptr) return;
    for (int i = 0; i < n; ++i)
        own[i] = i * threadIdx.x;
    out[threadIdx.x] = own[out[threadIdx.x]];
    if (IF_FIXED(true, threadIdx.x % 2 == 0))
        free(own);
}

extern "C" __global__ void double_free(int* out, int n) {
    int* own = static_cast<int*>(malloc(n * sizeof(int)));
    if (own == nullptr) return;
    own[0] = threadIdx.x;
    out[threadIdx.x] = own[0];
    free(own);
    if (IF_FIXED(n < 0, n > 0))
        free(own);
}

extern "C" __global__ void use_after_free(int* out, int n) {
    int* own = static_cast<int*>(malloc(n * sizeof(int)));
    if (own == nullptr) return;
    for (int i = 0; i < n; ++i)
        own[i] = i;
    if (IF_FIXED(n < 0, n > 0))
        free(own);
    out[threadIdx.x] = own[out[threadIdx.x]];
    if (IF_FIXED(n > 0, n < 0))
        free(own);
}

extern "C" __global__ void free_inside_block(int* out, int n) {
    int* own = static_cast<int*>(malloc(n * sizeof(int)));
    if (own == nullptr) return;
    out[0] = reinterpret_cast<long long>(own) != 0;
    int** kept = reinterpret_cast<int**>(out + 2);
    *kept = own;
    free(*kept + IF_FIXED(0, 1));
}
