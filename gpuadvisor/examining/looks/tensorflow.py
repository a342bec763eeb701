"""TensorFlow: its build, and the GPUs it sees. Makes no CUDA context.

It names a library that it misses in its log only, which is read by who started the process.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from gpuadvisor.examining.frameworks import BY_NAME
from gpuadvisor.examining.looks.glimpse import variables_of
from gpuadvisor.examining.looks.sight import Sight

ROCM = "built for AMD's ROCm"


def glance() -> Sight | None:
    """Return what `build_info.py`, from which `tf.sysconfig.get_build_info` answers, tells of the build."""
    build = variables_of("tensorflow", "python/platform/build_info.py").get("build_info")
    version = BY_NAME["tensorflow"].installed_version()
    return None if build is None or version is None else _sight(version, build, devices=0)


def look() -> Sight:
    """Ask TensorFlow (`tf.sysconfig.get_build_info`, `tf.config.list_physical_devices`)."""
    tensorflow = import_module("tensorflow")
    devices = tensorflow.config.list_physical_devices("GPU")
    return _sight(tensorflow.__version__, tensorflow.sysconfig.get_build_info(), len(devices))


def _cuda(build: Mapping[str, Any]) -> str | None:
    """Return the CUDA version; builds for Windows gave the suffix of a library's name, `64_112`."""
    version = build.get("cuda_version")
    return version if version and version.replace(".", "").isdecimal() else None


def _sight(version: str, build: Mapping[str, Any], devices: int) -> Sight:
    return Sight(
        version=version,
        has_cuda=build["is_cuda_build"],
        cuda=_cuda(build),
        devices=devices,
        architectures=list(build.get("cuda_compute_capabilities", ())),
        problem=ROCM if build.get("is_rocm_build") else None,
    )
