from pathlib import Path

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.sources.compile_settings import CompileSettings
from gpuadvisor.sources.launches import CompileTable, LaunchFile

FILE = LaunchFile(
    compile=CompileTable(defines=("N=4",), include=("headers",), standard="c++17", max_registers=64),
    directory=Path("kernels"),
)


def test_the_launch_file_alone() -> None:
    assert CompileSettings().options(FILE, "9.0") == CompileOptions(
        compute_capability="9.0",
        defines=("N=4",),
        include_directories=(Path("kernels/headers"),),
        standard="c++17",
        maximum_registers=64,
    )


def test_the_command_line_adds_and_overrides() -> None:
    settings = CompileSettings(
        include_directories=(Path("mine"),), defines=("N=8",), standard="c++20", maximum_registers=32
    )
    assert settings.options(FILE, "8.0") == CompileOptions(
        compute_capability="8.0",
        defines=("N=4", "N=8"),
        include_directories=(Path("kernels/headers"), Path("mine")),
        standard="c++20",
        maximum_registers=32,
    )
