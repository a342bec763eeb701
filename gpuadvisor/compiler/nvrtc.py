"""One NVRTC program: source text to PTX, cubin, log and the mangled names of the wanted instances."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.invocation import CompilerOutput, Job
from gpuadvisor.compiler.toolchain import nvrtc, nvrtc_version


def compile_with_nvrtc(job: Job) -> CompilerOutput:
    """Compile with the toolkit's headers behind the user's."""
    headers = [f"-I{directory}" for directory in toolkit_include_directories()]
    flags = [flag.encode() for flag in (*job.flags, *job.options.extra, *headers)]
    names = job.options.instantiate
    with _program(job.source, job.path) as program:
        for name in names:
            _check(nvrtc().nvrtcAddNameExpression(program, name.encode()))
        (status,) = nvrtc().nvrtcCompileProgram(program, len(flags), flags)
        if status != nvrtc().nvrtcResult.NVRTC_SUCCESS:
            return CompilerOutput(compiler=_label(), log=_text(program, "ProgramLog"), instances={})
        return CompilerOutput(
            compiler=_label(),
            log=_text(program, "ProgramLog"),
            ptx=_text(program, "PTX"),
            cubin=_bytes(program, "CUBIN"),
            instances={name: _lowered(program, name) for name in names},
        )


def _label() -> str:
    return f"nvrtc {nvrtc_version()}"


def _lowered(program: object, name: str) -> str:
    mangled: bytes = _check(nvrtc().nvrtcGetLoweredName(program, name.encode()))
    return mangled.decode()


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
