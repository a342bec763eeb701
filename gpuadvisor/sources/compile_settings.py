"""How to compile a source: what the launch file says, then what the command line adds."""

from dataclasses import dataclass
from pathlib import Path

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.sources.launches import LaunchFile


@dataclass(frozen=True, kw_only=True)
class CompileSettings:
    """Options of the command line: includes and defines come after the launch file's, the rest instead."""

    include_directories: tuple[Path, ...] = ()
    defines: tuple[str, ...] = ()
    standard: str | None = None
    maximum_registers: int | None = None

    def options(self, launches: LaunchFile, compute_capability: str) -> CompileOptions:
        """Return the compiler's options for a source with these launches on such a device."""
        table = launches.compile
        beside = tuple(launches.directory / directory for directory in table.include)
        return CompileOptions(
            compute_capability=compute_capability,
            defines=(*table.defines, *self.defines),
            include_directories=(*beside, *self.include_directories),
            standard=self.standard or table.standard,
            maximum_registers=self.maximum_registers or table.max_registers,
        )
