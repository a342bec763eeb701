import tomllib
from pathlib import Path

from gpuadvisor.sources.argument_text import parse_argument
from gpuadvisor.sources.declarations import kernel_declarations
from gpuadvisor.sources.launch_template import inline_template, toml_template
from gpuadvisor.sources.launches import read_launch_file

KERNEL = kernel_declarations(
    "__global__ void blend(double* out, const unsigned char* mask, std::uint16_t k, float a, bool on) {}"
)[0]


def test_the_table_can_be_read_back_and_knows_the_types(tmp_path: Path) -> None:
    path = tmp_path / "blend.toml"
    path.write_text(toml_template(KERNEL))
    (request,) = read_launch_file(path).requests
    assert request.kernel == "blend"
    assert [(each.name, each.type, each.shape is not None) for each in request.arguments] == [
        ("out", "float64", True),
        ("mask", "uint8", True),
        ("k", "uint16", False),
        ("a", "float32", False),
        ("on", "bool", False),
    ]


def test_the_options_say_the_same() -> None:
    listed = tomllib.loads(toml_template(KERNEL))["launch"][0]["args"]
    inline = [parse_argument(piece.strip(" '")) for piece in inline_template(KERNEL).split("--arg")[1:]]
    assert [(each.name, each.type) for each in inline] == [(each["name"], each["type"]) for each in listed]
    assert inline_template(KERNEL).startswith("--kernel 'blend' --grid ")


def test_a_template_asks_for_its_arguments() -> None:
    (kernel,) = kernel_declarations("template <typename T> __global__ void scan(T* out) {}")
    assert 'kernel = "scan<typename T>"' in toml_template(kernel)
