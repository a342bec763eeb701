"""Matrix products and convolutions from the recorded inputs of PyTorch's operators."""

from collections import Counter
from typing import Any

import msgspec

from gpuadvisor.model.workload import Convolutions, MatrixProduct, MatrixType
from gpuadvisor.sources.traces.kineto_events import Arguments

MOST = 100
"""The products that a profile tells: those with the most operations."""
_LARGEST = 2**50
"""More elements than one product has, whatever the file says."""
_TYPES: dict[str, MatrixType] = {
    "double": "float64",
    "float": "float32",
    "c10::Half": "float16",
    "c10::BFloat16": "bfloat16",
    "c10::Float8_e4m3fn": "float8",
    "c10::Float8_e5m2": "float8",
    "signed char": "int8",
}
_FACTORS = {"aten::mm": 0, "aten::bmm": 0, "aten::addmm": 1, "aten::baddbmm": 1}
"""By operator, which input is the first factor; the second follows it."""
_CONVOLUTION = "aten::_convolution"
_BENCHMARK, _DETERMINISTIC = 9, 10
"""The places of these flags among its inputs, as its schema in native_functions.yaml has them."""

Key = tuple[str, bytes, bytes]


class Products:
    """Calls counted by operator and recorded inputs, as the file writes them: they are read at the end."""

    OPERATORS = frozenset({*_FACTORS, _CONVOLUTION})

    def __init__(self) -> None:
        self._calls: Counter[Key] = Counter()

    def add(self, operator: str, args: Arguments) -> None:
        """Count a call: by its dimensions, with a convolution's values, with the types of anything else."""
        more = args.concrete_inputs if operator == _CONVOLUTION else args.input_types
        self._calls[operator, bytes(args.input_dimensions), bytes(more)] += 1

    def products(self) -> list[MatrixProduct]:
        """Return the products, those with the most operations first."""
        counted: Counter[MatrixProduct] = Counter()
        for (operator, dimensions, types), count in self._calls.items():
            first = _FACTORS.get(operator)
            product = None if first is None else _product(operator, first, _read(dimensions), _read(types))
            if product is not None:
                counted[product] += count
        found = [msgspec.structs.replace(product, count=count) for product, count in counted.items()]
        return sorted(found, key=lambda product: -product.operations)[:MOST]

    def convolutions(self) -> Convolutions | None:
        """Return the convolutions; None where no flags were recorded."""
        calls = benchmark = deterministic = 0
        shapes = set()
        for (operator, dimensions, values), count in self._calls.items():
            flags = _read(values) if operator == _CONVOLUTION else []
            if len(flags) > _DETERMINISTIC:
                calls += count
                benchmark += count * (flags[_BENCHMARK] == "True")
                deterministic += count * (flags[_DETERMINISTIC] == "True")
                shapes.add(dimensions)
        if not calls:
            return None
        return Convolutions(
            calls=calls, benchmark_calls=benchmark, deterministic_calls=deterministic, shapes=len(shapes)
        )


def _product(operator: str, first: int, dimensions: list[Any], types: list[Any]) -> MatrixProduct | None:
    """Return the product of two recorded inputs, None where they are no matrices that fit."""
    factors = dimensions[first : first + 2]
    if len(factors) < 2 or not all(_is_shape(factor) for factor in factors):
        return None
    (*batches, m, k), (*_, inner, n) = factors
    if inner != k or len(factors[0]) != len(factors[1]):
        return None
    batch = batches[0] if batches else 1
    if m * n * k * batch > _LARGEST:
        return None
    kind = types[first] if len(types) > first and isinstance(types[first], str) else ""
    return MatrixProduct(operator=operator, type=_TYPES.get(kind), m=m, n=n, k=k, batch=batch, count=0)


def _is_shape(value: Any) -> bool:  # noqa: ANN401
    sizes = isinstance(value, list) and len(value) in (2, 3)
    return sizes and all(type(size) is int and 0 < size < 2**31 for size in value)


def _read(raw: bytes) -> list[Any]:
    """Return a recorded list; an empty one where it is none."""
    try:
        value = msgspec.json.decode(raw) if raw else []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return value if isinstance(value, list) else []
