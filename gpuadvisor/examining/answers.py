"""What people ask of a machine, and which parts the answer takes: one table."""

from collections.abc import Mapping, Sequence

from gpuadvisor.model.doctor import Answer, Part, worst

QUESTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "What do CUDA C++ kernels do, counted without a GPU?": (
        "gpuadvisor analyze FILE.cu",
        ("nvrtc", "llvmlite"),
    ),
    "The same of files with host code?": ("gpuadvisor analyze FILE.cu", ("nvcc",)),
    "The same of cubins and programs?": ("gpuadvisor analyze FILE", ("cuobjdump",)),
    "How fast is this GPU?": ("gpuadvisor probe", ("driver", "gpu", "cuda", "cupy", "nvrtc")),
    "What do its hardware counters say of a kernel?": ("ncu", ("driver", "gpu", "counters", "ncu")),
    "What does a PyTorch program do, step by step?": ("gpuadvisor profile PROGRAM.py", ("torch",)),
    "The same of CuPy, Numba, Triton, JAX and TensorFlow on the GPU?": (
        "gpuadvisor profile PROGRAM.py",
        ("driver", "gpu", "cupti"),
    ),
    "What does a whole program do on it, over time?": ("nsys", ("driver", "gpu", "nsys")),
}
"""By question: the command that answers it, and the parts that it takes."""


def answers(parts: Sequence[Part]) -> list[Answer]:
    """Judge every question by the parts that it takes."""
    by_name = {part.name: part for part in parts}
    return [
        _answer(question, command, [by_name[name] for name in names])
        for question, (command, names) in QUESTIONS.items()
    ]


def _answer(question: str, command: str, needed: Sequence[Part]) -> Answer:
    return Answer(
        question=question,
        command=command,
        status=worst([part.status for part in needed]),
        lacks=[part.name for part in needed if part.status != "ok"],
    )
