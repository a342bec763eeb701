"""One NVRTC program: source text to PTX, cubin, log and the mangled names of the wanted instances."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gpuadvisor.compiler.invocation import CompilerOutput
from gpuadvisor.compiler.toolchain import nvrtc


def compile_with_nvrtc(
    source: str, path: str, flags: Sequence[str], instances: Sequence[str]
) -> CompilerOutput:
    """Compile `source`, called `path`, whose folder is searched for quoted includes."""
    encoded = [flag.encode() for flag in flags]
    with _program(source, path) as program:
        for name in instances:
            _check(nvrtc().nvrtcAddNameExpression(program, name.encode()))
        (status,) = nvrtc().nvrtcCompileProgram(program, len(encoded), encoded)
        log = _text(program, "ProgramLog")
        if status != nvrtc().nvrtcResult.NVRTC_SUCCESS:
            return CompilerOutput(log=log, instances={})
        lowered = {name: _check(nvrtc().nvrtcGetLoweredName(program, name.encode())) for name in instances}
        return CompilerOutput(
            log=log,
            ptx=_text(program, "PTX"),
            cubin=_bytes(program, "CUBIN"),
            instances={name: mangled.decode() for name, mangled in lowered.items()},
        )


@contextmanager
def _program(source: str, path: str) -> Iterator[object]:
    program = _check(nvrtc().nvrtcCreateProgram(source.encode(), path.encode(), 0, None, None))
    try:
        yield program
    finally:
        nvrtc().nvrtcDestroyProgram(program)


def _text(program: object, what: str) -> str:
    return _bytes(program, what).replace(b"\0", b"").decode()


def _bytes(program: object, what: str) -> bytes:
    size = _check(getattr(nvrtc(), f"nvrtcGet{what}Size")(program))
    buffer = bytearray(size)
    _check(getattr(nvrtc(), f"nvrtcGet{what}")(program, buffer))
    return bytes(buffer)


def _check(answer: tuple[Any, ...]) -> Any:  # noqa: ANN401 - the bindings are untyped
    """Return the value of a call, which NVRTC gives behind its status."""
    status, *value = answer
    if status != nvrtc().nvrtcResult.NVRTC_SUCCESS:
        _, name = nvrtc().nvrtcGetErrorString(status)
        raise RuntimeError(f"NVRTC: {name.decode()}")
    return value[0] if value else None
