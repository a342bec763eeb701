"""The share of theoretical DRAM bandwidth that others have read on a model of GPU."""

READ_SHARES = {
    "Tesla V100-SXM2-16GB": 0.96,
    "A100-SXM4-40GB": 0.96,
    "A100-SXM4-80GB": 0.87,
    "A40": 0.98,
    "L40": 0.98,
    "H100 PCIe": 0.95,
    "H200": 0.81,
    "B200": 0.83,
    "B300": 0.82,
    "Tesla T4": 0.77,
    "RTX A5000": 0.88,
    "GeForce RTX 2070": 0.94,
    "GeForce RTX 3090": 0.88,
}
"""RRZE-HPC/gpu-benches@1038c5d, gpu-stream (V100 to H200); ProjectPhysX/OpenCL-Benchmark@4694a5b (B200,
B300); nuemaan/kernelmeter@a2c2ae8 (T4); KookiesNKareem/cuxray@3ce1120 (RTX A5000); ekondis/mixbench (RTX
2070); arabel1a/gpu-micro-bench@1bd88ec (RTX 3090)."""


def published_read_share(name: str) -> float | None:
    """Return the share for the GPU that CUDA calls `name`; None where nobody has published one."""
    return READ_SHARES.get(name.removeprefix("NVIDIA "))
