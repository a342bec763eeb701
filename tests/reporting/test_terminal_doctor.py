"""The doctor's report on a terminal, from a made-up machine."""

from io import StringIO

from rich.console import Console

from gpuadvisor.model.doctor import Answer, DoctorReport, Part
from gpuadvisor.model.machine import Tool
from gpuadvisor.reporting.terminal.doctor import render_doctor

DRIVER = Part(
    name="driver", title="Driver", group="GPU", status="ok", summary="NVIDIA 580.95, supports CUDA up to 13.0"
)
TORCH = Part(
    name="torch",
    title="PyTorch",
    group="frameworks",
    status="missing",
    summary="2.9.0, does not start: libcudnn.so.9 is missing",
    remedy="pip install nvidia-cudnn-cu12",
)
JAX = Part(
    name="jax",
    title="JAX",
    group="frameworks",
    status="missing",
    summary="not installed",
    remedy="pip install 'jax[cuda13]'",
    optional=True,
)
PROBE = Answer(question="How fast is this GPU?", command="gpuadvisor probe", status="missing", lacks=["cupy"])
REPORT = DoctorReport(
    tool=Tool(version="1"), created="", seconds=2.34, parts=[DRIVER, TORCH, JAX], answers=[PROBE]
)


def rendered(width: int = 120, *, colour: bool = False) -> str:
    file = StringIO()
    console = Console(file=file, width=width, force_terminal=colour, highlight=False)
    render_doctor(REPORT, console)
    return file.getvalue()


def test_each_part_is_a_line_and_its_remedy_the_next() -> None:
    lines = [line.rstrip() for line in rendered().splitlines()]
    assert lines[0] == "GPU"
    assert lines[1] == "  ok       Driver   NVIDIA 580.95, supports CUDA up to 13.0"
    torch = lines.index("  missing  PyTorch  2.9.0, does not start: libcudnn.so.9 is missing")
    assert lines[torch + 1].split() == ["pip", "install", "nvidia-cudnn-cu12"]
    assert "  missing  JAX      not installed" in lines


def test_questions_and_the_sum_end_the_report() -> None:
    lines = [line.rstrip() for line in rendered().splitlines()]
    assert "  missing  How fast is this GPU?  gpuadvisor probe  (see cupy)" in lines
    assert lines[-1] == "1 ok, 0 warning, 2 missing; looked at in 2.3 s"


def test_square_brackets_are_text() -> None:
    assert "'jax[cuda13]'" in rendered()


def test_a_narrow_terminal_keeps_every_word_in_its_column() -> None:
    lines = rendered(width=50).splitlines()
    assert all(len(line) <= 50 for line in lines)
    assert " ".join(" ".join(lines).split()).count("libcudnn.so.9 is missing") == 1


def test_what_is_optional_is_not_red() -> None:
    red = "\x1b[31mmissing"
    lines = rendered(colour=True).splitlines()
    assert [("PyTorch" in line) for line in lines if red in line and "GPU?" not in line] == [True]
