"""TensorFlow: its build, and the GPUs it sees. Makes no CUDA context.

It names a library that it misses in its log only, which is read by who started the process.
"""

from importlib import import_module

from gpuadvisor.examining.looks.sight import Sight


def look() -> Sight:
    """Ask TensorFlow (`tf.sysconfig.get_build_info`, `tf.config.list_physical_devices`)."""
    tensorflow = import_module("tensorflow")
    build = tensorflow.sysconfig.get_build_info()
    return Sight(
        version=tensorflow.__version__,
        has_cuda=build["is_cuda_build"],
        cuda=build.get("cuda_version"),
        devices=len(tensorflow.config.list_physical_devices("GPU")),
        architectures=list(build.get("cuda_compute_capabilities", ())),
        problem="built for AMD's ROCm" if build.get("is_rocm_build") else None,
    )
