"""Match the kernel names people write."""

from gpuadvisor.compiler.lookup import matching_kernels


def matches(wanted: str, name: str) -> bool:
    """Whether `wanted` means `name`: `scan` and `scan<float,4>` both mean `tools::scan<float, 4>`."""
    return bool(matching_kernels({name: name}, wanted))


def is_template_instance(name: str) -> bool:
    """Whether the name asks the compiler for an instance of a template."""
    return "<" in name
