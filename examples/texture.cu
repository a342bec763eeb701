// Two ways to fetch an image through a texture: along its rows, and down its columns.
//
// A texture filters, clamps and converts on the way, so that a kernel needs no code for any of it. How many
// sectors a fetch costs still depends on which texels the 32 threads of a warp ask for together.

// Double the image's height and width; each thread makes one pixel from the four texels around its place.
__global__ void enlarge(float* out, cudaTextureObject_t image, int width, int height) {
    int x = blockIdx.x * blockDim.x + threadIdx.x;
    int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x < width && y < height) {
        out[y * width + x] = tex2D<float>(image, (x + 0.5f) / width, (y + 0.5f) / height);
    }
}

// The same with the threads of a warp one below the other: each fetches from other rows.
__global__ void enlarge_by_columns(cudaSurfaceObject_t out, cudaTextureObject_t image, int width, int height) {
    int x = blockIdx.y * blockDim.y + threadIdx.y;
    int y = blockIdx.x * blockDim.x + threadIdx.x;
    if (x < width && y < height) {
        float pixel = tex2D<float>(image, (x + 0.5f) / width, (y + 0.5f) / height);
        surf2Dwrite(pixel, out, x * sizeof(float), y);
    }
}
