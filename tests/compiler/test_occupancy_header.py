"""Our occupancy against NVIDIA's own calculator, the header `cuda_occupancy.h`, where there is one."""

import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from gpuadvisor.compiler.headers import toolkit_include_directories
from gpuadvisor.compiler.occupancy import occupancy

DRIVER = Path(__file__).with_name("occupancy_header_driver.c")
CASES = 100_000
LIMITERS = ("warps", "blocks", "registers", "shared-memory", "barriers")

DEVICE_PROPERTIES = {
    "7.0": (2048, 96, 96, 0),
    "7.5": (1024, 64, 64, 0),
    "8.0": (2048, 164, 163, 1),
    "8.6": (1536, 100, 99, 1),
    "8.7": (1536, 164, 163, 1),
    "8.8": (1536, 100, 99, 1),
    "8.9": (1536, 100, 99, 1),
    "9.0": (2048, 228, 227, 1),
    "10.0": (2048, 228, 227, 1),
    "10.3": (2048, 228, 227, 1),
    "11.0": (1536, 228, 227, 1),
    "12.0": (1536, 100, 99, 1),
    "12.1": (1536, 100, 99, 1),
}
"""Threads and KiB of shared memory per multiprocessor, KiB per block with opt-in, KiB reserved.

As cudaGetDeviceProperties reports them; CUDA Programming Guide, tables 29 to 33.
"""


class Case(NamedTuple):
    compute_capability: str
    registers: int
    threads: int
    static_shared: int
    dynamic_shared: int
    barriers: int
    carveout: int
    opt_in: int

    @property
    def line(self) -> str:
        threads, *kibibytes = DEVICE_PROPERTIES[self.compute_capability]
        device = (threads, *(size * 1024 for size in kibibytes))
        return " ".join(map(str, (self.compute_capability, *device, *self[1:])))


def random_case(random: Random, compute_capability: str) -> Case:
    largest_kibibytes = DEVICE_PROPERTIES[compute_capability][1]
    threads = random.randint(1, 1024)
    if random.random() < 0.5:
        threads = -(-threads // 32) * 32
    return Case(
        compute_capability,
        registers=random.randint(0, 255),
        threads=threads,
        static_shared=random.choice((0, random.randint(0, 48 * 1024))),
        dynamic_shared=random.choice(
            (0, random.randint(0, 24 * 1024), random.randint(0, 1024 * largest_kibibytes))
        ),
        barriers=random.choice((0, 1, random.randint(0, 16))),
        carveout=random.choice((-1, random.randint(0, 100))),
        opt_in=int(random.random() < 0.8),
    )


class Header:
    """NVIDIA's calculator behind a process."""

    def __init__(self, program: Path) -> None:
        self.program = program

    def ask(self, cases: list[Case]) -> list[str]:
        lines = "\n".join(case.line for case in cases)
        result = subprocess.run([self.program], input=lines, capture_output=True, text=True, check=True)
        return result.stdout.splitlines()


@pytest.fixture(scope="module")
def header(tmp_path_factory: pytest.TempPathFactory) -> Header:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    includes = [path for path in toolkit_include_directories() if (path / "cuda_occupancy.h").is_file()]
    if not includes:
        pytest.skip("no cuda_occupancy.h: neither the nvidia-cuda-runtime wheel nor a CUDA toolkit")
    program = tmp_path_factory.mktemp("occupancy") / "driver"
    subprocess.run([compiler, "-O1", "-w", f"-I{includes[0]}", DRIVER, "-o", program], check=True)
    return Header(program)


@pytest.fixture(scope="module")
def known(header: Header) -> list[str]:
    """The compute capabilities that this version of the header knows."""
    candidates = list(DEVICE_PROPERTIES)
    answers = header.ask([Case(each, 32, 32, 0, 0, 0, -1, 1) for each in candidates])
    return [each for each, answer in zip(candidates, answers, strict=True) if answer != "unknown"]


def without_old_error(header: Header, cases: list[Case]) -> list[Case]:
    """The header of CUDA 13.0 gives 10.3 twice the barriers of later ones: ask it nothing about them."""
    answer = header.ask([Case("10.3", 32, 32, 0, 0, 1, -1, 1)])
    if answer[0].endswith(" 64"):
        return [case._replace(barriers=0) if case.compute_capability == "10.3" else case for case in cases]
    return cases


def expected(answer: str) -> tuple[int, set[str]]:
    blocks, *limits = map(int, answer.split())
    return blocks, {name for name, limit in zip(LIMITERS, limits, strict=True) if limit == blocks}


def ours(case: Case) -> tuple[int, set[str]]:
    result = occupancy(
        compute_capability=case.compute_capability,
        registers_per_thread=case.registers,
        threads_per_block=case.threads,
        static_shared_bytes=case.static_shared,
        dynamic_shared_bytes=case.dynamic_shared,
        barriers=case.barriers,
        carveout=None if case.carveout < 0 else case.carveout,
        shared_opt_in=bool(case.opt_in),
    )
    return result.blocks_per_sm, set(result.limiters)


def test_every_random_configuration_agrees_in_blocks_and_limiters(header: Header, known: list[str]) -> None:
    random = Random(20260101)
    cases = [random_case(random, random.choice(known)) for _ in range(CASES)]
    cases = without_old_error(header, cases)
    answers = header.ask(cases)
    different = [
        (case, ours(case), expected(answer))
        for case, answer in zip(cases, answers, strict=True)
        if ours(case) != expected(answer)
    ]
    assert different == []
    running = sum(not answer.startswith("0 ") for answer in answers)
    assert running > CASES // 4, "most cases cannot run and prove little"
