"""What helps against common errors: headers of other libraries, and what CUDA has dropped."""

import re

_MISSING_HEADER = re.compile(
    r'(?:could not|cannot) open source file "(?P<name>[^"]+)"|(?P<host>\S+): No such file'
)
_NO_MEMBER = re.compile(r"has no member (?:named )?\W(?P<name>\w+)")
_UNDEFINED = re.compile(r'identifier "(?P<name>\w+)" is undefined|(?P<host>\w+)\W+was not declared')
_TEXTURE_REFERENCE = re.compile(r"\btexture\W+(?:is not a template|was not declared)")
_LAUNCH_IN_KERNEL = "kernel launch from __device__ or __global__ functions"

WHEELS = {
    "cublas": "nvidia-cublas",
    "cudnn": "nvidia-cudnn-cu13",
    "cufft": "nvidia-cufft",
    "curand": "nvidia-curand",
    "cusolver": "nvidia-cusolver",
    "cusparse": "nvidia-cusparse",
    "nccl": "nvidia-nccl-cu13",
}
"""The wheel that brings a library's headers, by how their names begin; they land where ours are found."""

REPLACEMENTS = {
    "cudaThreadSynchronize": "cudaDeviceSynchronize",
    "cudaThreadExit": "cudaDeviceReset",
}
"""Functions that CUDA 13 no longer declares (CUDA 13.0 release notes, deprecated and dropped features)."""

DROPPED_PROPERTIES = frozenset(
    {"clockRate", "memoryClockRate", "deviceOverlap", "kernelExecTimeoutEnabled", "computeMode"}
    | {"maxTexture1DLinear", "singleToDoublePrecisionPerfRatio", "cooperativeMultiDeviceLaunch"}
)
"""Members that CUDA 13 took out of cudaDeviceProp (the same notes), all of type int."""
_REMAINING_PROPERTY = "multiProcessorCount"


def remedy(message: str) -> str | None:
    """Return what helps against the compiler's error, or None."""
    if header := _MISSING_HEADER.search(message):
        return _header_remedy(header["name"] or header["host"])
    if undefined := _UNDEFINED.search(message):
        name = undefined["name"] or undefined["host"]
        if name in REPLACEMENTS:
            return f"CUDA 13 has dropped it: add -D {name}={REPLACEMENTS[name]}"
    if (member := _NO_MEMBER.search(message)) and member["name"] in DROPPED_PROPERTIES:
        stand_in = f"-D {member['name']}={_REMAINING_PROPERTY}"
        return f"CUDA 13 has dropped it; host code is compiled here and not run, so {stand_in} will do"
    if _TEXTURE_REFERENCE.search(message):
        return "CUDA 12 has dropped texture references: pass the kernel a cudaTextureObject_t instead"
    if _LAUNCH_IN_KERNEL in message:
        return "kernels that launch kernels cannot be run here: move the launched ones to a file of their own"
    return None


def _header_remedy(header: str) -> str:
    folder = "name the header's folder with -I DIR"
    wheel = next((wheel for start, wheel in WHEELS.items() if header.startswith(start)), None)
    return f"pip install {wheel}, or {folder}" if wheel else folder
