"""Launch files: which kernels of a source to run, in what shape, on what data.

A TOML file beside the source, of the same stem:

    [compile]                      # optional
    defines = ["N=4"]
    include = ["include"]
    standard = "c++17"
    max-registers = 64

    [[launch]]
    kernel = "transpose_naive"
    grid = [64, 64]                # one to three extents, or one number
    block = [32, 8]
    shared = 0                     # bytes of dynamic shared memory
    cluster = [2, 1]               # optional: blocks of each cluster, if the kernel does not say
    args = [ { name = "out", type = "float32", shape = [2048, 2048], fill = "zeros" },
             { name = "n",   type = "int32",   value = 2048 } ]
    inputs = "data.py:make"        # optional: supplies the arguments that have neither fill nor value
    symbols = [ { name = "weights", type = "float32", shape = [9], fill = "ones" } ]

`symbols` sets `__constant__` and `__device__` variables before the launch.

Launches run in order. What they share is declared once; arguments point into it, or into each other:

    [[buffer]]
    name = "field"
    type = "float32"
    shape = [1024]
    fill = "random"

    [[launch]]
    kernel = "smooth"
    args = [ { name = "out", pointer = "other" }, { name = "in", pointer = "field+1" }, ... ]
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.sources.arguments import ArgumentSpec, check_names
from gpuadvisor.sources.extents import extents


class CompileTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How the source is compiled; `include` is found from the launch file's folder."""

    defines: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    standard: str | None = None
    max_registers: int | None = None


class _LaunchTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kernel: str
    grid: int | tuple[int, ...]
    block: int | tuple[int, ...]
    shared: Annotated[int, msgspec.Meta(ge=0)] = 0
    cluster: int | tuple[int, ...] | None = None
    args: tuple[ArgumentSpec, ...] = ()
    inputs: str | None = None
    symbols: tuple[ArgumentSpec, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is wrong while the reader still knows its place."""
        self.shape()
        check_names(argument.name for argument in self.args)

    def shape(self) -> Launch:
        return Launch(
            grid=extents(self.grid, "grid"),
            block=extents(self.block, "block"),
            dynamic_shared_bytes=self.shared,
            cluster=None if self.cluster is None else extents(self.cluster, "cluster"),
        )


class _LaunchDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    compile: CompileTable = CompileTable()
    buffer: tuple[ArgumentSpec, ...] = ()
    launch: tuple[_LaunchTable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LaunchRequest:
    """One kernel, the shape of its launch, and its arguments."""

    kernel: str
    launch: Launch
    arguments: tuple[ArgumentSpec, ...] = ()
    inputs: str | None = None
    symbols: tuple[ArgumentSpec, ...] = ()
    """New contents of the module's variables."""
    buffers: tuple[ArgumentSpec, ...] = ()
    """What the launches of the file share; the same for all of them."""
    reported: bool = True
    """Not so for one that only prepares the buffers of a later one."""
    directory: Path = Path()
    """Where `.npy` files and `inputs` are found from."""


@dataclass(frozen=True, kw_only=True)
class LaunchFile:
    """The launches of one source file."""

    requests: tuple[LaunchRequest, ...] = ()
    compile: CompileTable = field(default_factory=CompileTable)
    directory: Path = Path()


def launch_file(source: Path, given: Path | None) -> LaunchFile:
    """Return the launches of `source`: of the given file, else of the TOML file beside it, else none."""
    beside = source.with_suffix(".toml")
    if given is not None:
        return read_launch_file(given)
    return read_launch_file(beside) if beside.is_file() else LaunchFile(directory=source.parent)


def read_launch_file(path: Path) -> LaunchFile:
    """Read a launch file; raise GpuAdvisorError naming the file and the key, or the line of a TOML error."""
    try:
        document = msgspec.convert(tomllib.loads(path.read_text()), type=_LaunchDocument)
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GpuAdvisorError(f"not TOML: {error}", where=str(path)) from None
    except msgspec.ValidationError as error:
        raise GpuAdvisorError(str(error).replace("`$.", "`"), where=str(path)) from None
    requests = tuple(_request(table, document.buffer, path.parent) for table in document.launch)
    return LaunchFile(requests=requests, compile=document.compile, directory=path.parent)


def _request(table: _LaunchTable, buffers: tuple[ArgumentSpec, ...], directory: Path) -> LaunchRequest:
    return LaunchRequest(
        kernel=table.kernel,
        launch=table.shape(),
        arguments=table.args,
        inputs=table.inputs,
        symbols=table.symbols,
        buffers=buffers,
        directory=directory,
    )
