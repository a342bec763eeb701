"""The arguments of one launch as NumPy values, in order."""

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec
from gpuadvisor.sources.fills import array, scalar
from gpuadvisor.sources.inputs import Value, load_inputs
from gpuadvisor.sources.launches import LaunchRequest


def argument_values(request: LaunchRequest) -> dict[str, Value]:
    """Return each argument's value by name; without `args` the inputs function gives all of them."""
    supplied = load_inputs(request.inputs, request.directory) if request.inputs else {}
    if not request.arguments:
        return supplied
    return {spec.name: _value(spec, supplied, request) for spec in request.arguments}


def _value(spec: ArgumentSpec, supplied: dict[str, Value], request: LaunchRequest) -> Value:
    if spec.value is not None:
        return scalar(spec)
    if spec.fill is not None:
        return array(spec, request.directory)
    if spec.name not in supplied:
        raise GpuAdvisorError(
            f"argument {spec.name!r} has neither fill nor value, and no inputs function supplies it",
            where=f"launch of {request.kernel}",
        )
    value = supplied[spec.name]
    if spec.dtype not in (None, value.dtype):
        raise GpuAdvisorError(
            f"argument {spec.name!r} is {spec.type}, but the inputs function returns {value.dtype}",
            where=f"launch of {request.kernel}",
        )
    return value
