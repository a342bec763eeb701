"""The process that imports the user's module and compiles one kernel of it to PTX.

It is a process of its own because importing may do anything (train a network, want a GPU, never end), and
because Numba and Triton each bring an LLVM of their own. Takes a question on standard input and answers on
standard output; what the module prints goes to standard error.
"""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import msgspec

from gpuadvisor.sources.python.cupy_kernel import compile_cupy, cupy_kernel
from gpuadvisor.sources.python.kernels import Compile, FoundKernel, MissingPackageError, NotCompiledError
from gpuadvisor.sources.python.messages import Answer, Question
from gpuadvisor.sources.python.numba_kernel import compile_numba, numba_kernel
from gpuadvisor.sources.python.triton_kernel import compile_triton, triton_kernel

_PACKAGES = {"numba": "'numba-cuda[cu13]'", "cupy": "cupy-cuda13x", "triton": "triton"}
_KINDS: tuple[tuple[FoundKernel, Compile], ...] = (
    (numba_kernel, compile_numba),
    (triton_kernel, compile_triton),
    (cupy_kernel, compile_cupy),
)


def main() -> None:
    """Answer one question."""
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with answers:
        answers.write(msgspec.json.encode(_answer(question)))


def _answer(question: Question) -> Answer:
    try:
        module = _load(Path(question.file))
        return _compiled(module, question) if question.kernel else _listing(module)
    except MissingPackageError as missing:
        return _missing(missing.package)
    except ModuleNotFoundError as error:
        return _missing((error.name or "").partition(".")[0])
    except NotCompiledError as error:
        return Answer(error=str(error))
    except Exception as error:  # noqa: BLE001 - the user's code and compilers may raise anything
        return Answer(error=f"{type(error).__name__}: {error}")


def _missing(package: str) -> Answer:
    return Answer(error=f"needs {package}: pip install {_PACKAGES.get(package, package)}")


def _load(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise NotCompiledError("is not a Python file")
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _listing(module: ModuleType) -> Answer:
    found = (find(name, value) for name, value in vars(module).items() for find, _ in _KINDS)
    return Answer(kernels=tuple(kernel for kernel in found if kernel is not None))


def _compiled(module: ModuleType, question: Question) -> Answer:
    name = str(question.kernel)
    value = getattr(module, name, None)
    for find, compile_ in _KINDS:
        kernel = find(name, value)
        if kernel is not None:
            return msgspec.structs.replace(compile_(value, question), kernels=(kernel,))
    names = ", ".join(kernel.name for kernel in _listing(module).kernels) or "none"
    raise NotCompiledError(f"has no kernel {name!r}; it has {names}")


if __name__ == "__main__":
    main()
