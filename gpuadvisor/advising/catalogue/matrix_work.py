"""Facts about what a run's kernels compute and in which type, as their names and recorded shapes tell."""

from collections.abc import Callable, Iterable

from gpuadvisor.advising.catalogue.operators import host_workload, per_step
from gpuadvisor.advising.catalogue.timeline import timeline
from gpuadvisor.model.timeline import KernelActivity, TimelineProfile
from gpuadvisor.model.workload import Convolutions, MatrixProduct

SMALL_SECONDS = 10e-6
_MATRIX = ("matrix", "convolution")
_ALIGNMENT = {"float16": 8, "bfloat16": 8, "float8": 16, "int8": 16}
"""Elements in 16 bytes, which tensor cores are fed by."""
_CELLS = ("aten::lstm_cell", "aten::gru_cell", "aten::rnn_tanh_cell", "aten::rnn_relu_cell")
_LAYERS = ("aten::lstm", "aten::gru", "aten::rnn_tanh", "aten::rnn_relu")

Chooses = Callable[[KernelActivity], bool]


def _computing(profile: TimelineProfile) -> list[KernelActivity]:
    return [kernel for kernel in profile.kernels if not kernel.communication]


def _seconds(kernels: Iterable[KernelActivity]) -> float:
    return sum(kernel.total_seconds for kernel in kernels)


def _share(chooses: Chooses) -> Callable[[TimelineProfile], float | None]:
    """Return the share in the time of kernels, those of collectives left out."""

    def share(profile: TimelineProfile) -> float | None:
        kernels = _computing(profile)
        total = _seconds(kernels)
        return _seconds(filter(chooses, kernels)) / total if total else None

    return share


def _products_in(*precisions: str) -> Chooses:
    return lambda kernel: kernel.role in _MATRIX and kernel.precision in precisions


def _plain_float32(kernel: KernelActivity) -> bool:
    return kernel.role in _MATRIX and kernel.precision == "float32" and not kernel.tensor_cores


def _compute_capability(profile: TimelineProfile) -> float | None:
    known = [device.compute_capability for device in profile.devices]
    return min((float(each) for each in known if each is not None), default=None)


def _small_grids(profile: TimelineProfile) -> float | None:
    multiprocessors = min(
        (each.multiprocessors for each in profile.devices if each.multiprocessors), default=0
    )
    known = [(kernel, kernel.grid) for kernel in _computing(profile) if kernel.grid is not None]
    total = _seconds(kernel for kernel, _ in known)
    if not multiprocessors or not total:
        return None
    return _seconds(kernel for kernel, (x, y, z) in known if x * y * z < multiprocessors) / total


def _small_products(profile: TimelineProfile) -> float | None:
    kernels = _computing(profile)
    launches = sum(kernel.count for kernel in kernels)
    small = (each for each in kernels if each.role == "matrix" and each.median_seconds < SMALL_SECONDS)
    return sum(kernel.count for kernel in small) / launches if launches else None


def _unaligned(profile: TimelineProfile) -> float | None:
    work = host_workload(profile)
    products = [] if work is None else [each for each in work.products if each.type in _ALIGNMENT]
    total = sum(product.operations for product in products)
    return sum(each.operations for each in products if _is_unaligned(each)) / total if total else None


def _is_unaligned(product: MatrixProduct) -> bool:
    alignment = _ALIGNMENT[product.type or ""]
    return bool(product.n % alignment or product.k % alignment)


def _most_repeated(profile: TimelineProfile) -> MatrixProduct | None:
    work = host_workload(profile)
    return max(work.products, key=lambda product: product.count, default=None) if work else None


def _repeats(profile: TimelineProfile) -> float | None:
    product = _most_repeated(profile)
    return None if product is None else per_step(profile, product.count)


def _repeated_operations(profile: TimelineProfile) -> int | None:
    product = _most_repeated(profile)
    return None if product is None else product.operations // product.count


def _calls(profile: TimelineProfile, *names: str) -> int | None:
    work = host_workload(profile)
    return None if work is None else sum(calls.count for calls in work.operators if calls.name in names)


def _cells(profile: TimelineProfile) -> float | None:
    return per_step(profile, _calls(profile, *_CELLS))


def _separate_attention(profile: TimelineProfile) -> int | None:
    softmax, products = _calls(profile, "aten::_softmax"), _calls(profile, "aten::bmm", "aten::baddbmm")
    return None if softmax is None or products is None else softmax if products >= 2 * softmax else 0


def _flags(read: Callable[[Convolutions], int]) -> Callable[[TimelineProfile], float | None]:
    """Return the share of convolutions with a flag; missing where no flags were recorded."""

    def share(profile: TimelineProfile) -> float | None:
        found = None if profile.workload is None else profile.workload.convolutions
        return None if found is None else read(found) / found.calls

    return share


FACTS = (
    timeline.fact(
        "compute_capability", "float", "", "Of the GPU, as 8.6; the lowest of several", _compute_capability
    ),
    timeline.fact(
        "matrix_fraction", "float", "fraction",
        "Time of matrix products and convolutions, over that of all kernels but those of collectives",
        _share(lambda kernel: kernel.role in _MATRIX),
    ),
    timeline.fact(
        "convolution_fraction", "float", "fraction", "Time of convolutions, over the same",
        _share(lambda kernel: kernel.role == "convolution"),
    ),
    timeline.fact(
        "float32_matrix_fraction", "float", "fraction",
        "Time of matrix products and convolutions in float32 without tensor cores, over the same",
        _share(_plain_float32),
    ),
    timeline.fact(
        "tf32_matrix_fraction", "float", "fraction",
        "Time of those in float32 that tensor cores compute as TF32, over the same",
        _share(_products_in("tf32")),
    ),
    timeline.fact(
        "half_matrix_fraction", "float", "fraction",
        "Time of those in float16, bfloat16 or float8, over the same",
        _share(_products_in("float16", "bfloat16", "float8")),
    ),
    timeline.fact(
        "float64_fraction", "float", "fraction", "Time of kernels whose names tell of float64, over the same",
        _share(lambda kernel: kernel.precision == "float64"),
    ),
    timeline.fact(
        "layout_fraction", "float", "fraction",
        "Time of kernels that change images between channels first and channels last, over the same",
        _share(lambda kernel: kernel.role == "layout"),
    ),
    timeline.fact(
        "softmax_fraction", "float", "fraction", "Time of softmax by itself, over the same",
        _share(lambda kernel: kernel.role == "softmax"),
    ),
    timeline.fact(
        "eager_tensorflow_fraction", "float", "fraction",
        "Time of single operators of TensorFlow that XLA could fuse, over the same",
        _share(lambda kernel: kernel.role == "eager"),
    ),
    timeline.fact(
        "recurrent_fraction", "float", "fraction",
        "Time of cuDNN's own kernels for recurrent layers, over the same",
        _share(lambda kernel: kernel.role == "recurrent"),
    ),
    timeline.fact(
        "small_product_share", "float", "fraction",
        "Launches of matrix products that take less than 10 microseconds, over all launches", _small_products,
    ),
    timeline.fact(
        "small_grid_fraction", "float", "fraction",
        "Time of kernels with fewer blocks than the GPU has multiprocessors, over that of all of known grid",
        _small_grids,
    ),
    timeline.fact(
        "products.unaligned_fraction", "float", "fraction",
        "Work of 16- and 8-bit matrix products whose rows are no multiple of 16 bytes, over that of all of "
        "them; missing without recorded shapes",
        _unaligned,
    ),
    timeline.fact(
        "products.repeats", "float", "calls",
        "Calls in each step of the matrix product of one shape that is called most often", _repeats,
    ),
    timeline.fact(
        "products.repeated_operations", "int", "operations",
        "Multiplications and additions in one such call", _repeated_operations,
    ),
    timeline.fact(
        "recurrent_cells", "float", "calls",
        "Operators in each step that compute one time step of a recurrent layer", _cells,
    ),
    timeline.fact(
        "recurrent_layers", "int", "calls", "Operators that compute all time steps of a recurrent layer",
        lambda profile: _calls(profile, *_LAYERS),
    ),
    timeline.fact(
        "separate_attention", "int", "calls",
        "Softmax operators of attention that is written out as two products with a softmax between",
        _separate_attention,
    ),
    timeline.fact(
        "convolutions.benchmark_fraction", "float", "fraction",
        "Convolutions for which cuDNN may try its algorithms; missing where no shapes were recorded",
        _flags(lambda found: found.benchmark_calls),
    ),
    timeline.fact(
        "convolutions.deterministic_fraction", "float", "fraction",
        "Convolutions restricted to deterministic algorithms; missing where no shapes were recorded",
        _flags(lambda found: found.deterministic_calls),
    ),
    timeline.fact(
        "convolutions.shape_fraction", "float", "fraction",
        "Different sizes of convolutions over their calls; missing where no shapes were recorded",
        _flags(lambda found: found.shapes),
    ),
)  # fmt: skip
