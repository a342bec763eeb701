// Move particles along their velocity, kept as an array of structures and as a structure of arrays.

struct Particle {
    float x, y, z;
    float vx, vy, vz;
};

// Neighbouring threads read and write 24 bytes apart, so each sector carries mostly other fields.
__global__ void move_array_of_structures(Particle* particles, float dt, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        particles[i].x += dt * particles[i].vx;
}

// Neighbouring threads read and write neighbouring floats.
__global__ void move_structure_of_arrays(float* x, const float* vx, float dt, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        x[i] += dt * vx[i];
}
