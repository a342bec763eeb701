"""Triton's `@triton.jit`: specialised on the launch's arguments as Triton's own launcher does it.

Pointers and integers that are multiples of 16 are told to the compiler, an integer 1 becomes a constant
(triton.runtime.jit). The block of the launch gives the number of warps. Behind the parameters in use the
compiled kernel takes two scratch pointers (triton.backends.nvidia).
"""

from importlib import import_module
from typing import Any

from gpuadvisor.sources.python.kernels import NotCompiledError, check_count, is_from, listing
from gpuadvisor.sources.python.messages import Answer, Argument, KernelListing, Passing, Question

_TYPES = {
    "bool": "u1", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8",
    "uint16": "u16", "uint32": "u32", "uint64": "u64", "float16": "fp16", "bfloat16": "bf16",
    "float32": "fp32", "float64": "fp64",
}  # fmt: skip
_MULTIPLE = 16
_WARP = 32


def triton_kernel(name: str, value: Any) -> KernelListing | None:  # noqa: ANN401 - the user's object
    """Return what is known of a kernel, if `value` is one, tuned or not."""
    if not is_from(value, "triton") or not hasattr(_function(value), "arg_names"):
        return None
    return listing(name, _function(value).fn)


def compile_triton(value: Any, question: Question) -> Answer:  # noqa: ANN401
    """Compile the function to PTX for an explicit target."""
    function = _function(value)
    parameters = tuple(function.arg_names)
    check_count(question, parameters, sum(not each.has_default for each in function.params))
    signature, constants, attributes = specialised(function, question)
    source = import_module("triton.compiler").ASTSource(
        fn=function, signature=signature, constexprs=constants, attrs=attributes
    )
    target = import_module("triton.backends.compiler").GPUTarget("cuda", _architecture(question), _WARP)
    compiled = import_module("triton").compile(source, target=target, options={"num_warps": _warps(question)})
    used = [index for index, name in enumerate(parameters) if signature[name] != "constexpr"]
    return Answer(
        ptx=one_place_per_assembly(compiled.asm["ptx"]),
        passing=(
            *(_passing(index, question.arguments[index], signature[parameters[index]]) for index in used),
            *_scratch(compiled.metadata, question),
        ),
        dynamic_shared_bytes=compiled.metadata.shared,
    )


def one_place_per_assembly(ptx: str) -> str:
    """Return the PTX with one source line for each piece of inline assembly.

    LLVM numbers the lines inside as if they stood below each other in the source.
    """
    lines, inside, placed = [], False, False
    for line in ptx.splitlines(keepends=True):
        text = line.strip()
        if text in ("// begin inline asm", "// end inline asm"):
            inside, placed = text.startswith("// begin"), False
        is_place = text.startswith(".loc")
        if not (inside and placed and is_place):
            lines.append(line)
        placed = placed or is_place
    return "".join(lines)


def _function(value: Any) -> Any:  # noqa: ANN401
    """Return the function inside of autotuners and heuristics."""
    while not hasattr(value, "arg_names") or not hasattr(value, "params"):
        if not hasattr(value, "fn"):
            return value
        value = value.fn
    return value


def specialised(
    function: Any,  # noqa: ANN401
    question: Question,
) -> tuple[dict[str, str], dict[str, object], dict[tuple[int], list[list[object]]]]:
    """Return each parameter's type, the values of constants, and what is told of the others."""
    signature: dict[str, str] = {}
    constants: dict[str, object] = {}
    attributes: dict[tuple[int], list[list[object]]] = {}
    for index, parameter in enumerate(function.params):
        given = index < len(question.arguments)
        argument = (
            question.arguments[index] if given else Argument(name=parameter.name, value=parameter.default)
        )
        specialise = not parameter.do_not_specialize
        if parameter.is_constexpr or not given or (specialise and _is_one(argument)):
            signature[parameter.name], constants[parameter.name] = "constexpr", argument.value
            continue
        signature[parameter.name] = _type(argument)
        if specialise and not parameter.do_not_specialize_on_alignment and _is_multiple(argument):
            attributes[(index,)] = [["tt.divisibility", _MULTIPLE]]
    return signature, constants, attributes


def _type(argument: Argument) -> str:
    if argument.type is None:
        return _number_type(argument)
    if argument.type not in _TYPES:
        raise NotCompiledError(f"Triton has no type {argument.type} for argument {argument.name!r}")
    return f"*{_TYPES[argument.type]}" if argument.is_array else _TYPES[argument.type]


def _number_type(argument: Argument) -> str:
    value = argument.value
    if isinstance(value, bool):
        return "u1"
    if isinstance(value, int):
        return "i32" if -(1 << 31) <= value < 1 << 31 else "i64"
    return "fp32"


def _is_integer(argument: Argument) -> bool:
    return not argument.is_array and isinstance(argument.value, int) and not isinstance(argument.value, bool)


def _is_one(argument: Argument) -> bool:
    return _is_integer(argument) and argument.value == 1


def _is_multiple(argument: Argument) -> bool:
    if argument.is_array:
        return argument.is_aligned
    return _is_integer(argument) and int(argument.value or 0) % _MULTIPLE == 0


def _passing(index: int, argument: Argument, type_name: str) -> Passing:
    numpy_name = {triton: numpy for numpy, triton in _TYPES.items()}.get(type_name)
    return Passing(name=argument.name, argument=index, type=None if argument.type else numpy_name)


def _scratch(metadata: Any, question: Question) -> tuple[Passing, Passing]:  # noqa: ANN401
    blocks = question.blocks
    return (
        Passing(name="global scratch", scratch_bytes=metadata.global_scratch_size * blocks),
        Passing(name="profile scratch", scratch_bytes=metadata.profile_scratch_size * blocks),
    )


def _architecture(question: Question) -> int:
    return int(question.compute_capability.replace(".", ""))


def _warps(question: Question) -> int:
    warps, rest = divmod(question.threads_per_block, _WARP)
    if rest or warps & (warps - 1):
        raise NotCompiledError(
            f"a block of {question.threads_per_block} threads: Triton takes 32, 64, 128 ... (32 x num_warps)"
        )
    return warps
