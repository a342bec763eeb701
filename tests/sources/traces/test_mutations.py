"""Files with random damage are read or refused; nothing else happens."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from gpuadvisor.model.documents import decode, encode
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.ncu import read_ncu
from gpuadvisor.sources.traces.nsys import read_nsys
from tests.sources.traces.kineto_traces import call, copy, kernel, memset, operator, step, trace
from tests.sources.traces.ncu_tables import long, wide
from tests.sources.traces.nsys_exports import export
from tests.sources.traces.operator_events import allocation, called, with_inputs

EVENTS = [step(1, 0, 90), operator(0, 5), call(1, 2, correlation=1), kernel(5, 9, correlation=1), copy(20, 3)]
OPERATORS = [
    with_inputs("aten::mm", 40, [[2, 3], [3, 4]], ["float", "float"]),
    called("aten::mm", 45, 2, **{"Sequence number": 5, "Fwd thread id": 0}),
    called("record_param_comms", 50, 2, **{"Collective name": "a", "In msg nelems": 9, "dtype": "Float"}),
    allocation(60, 10, 20),
]
PIECES = (
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"-",
    b"1e308",
    b"9" * 25,
    b"null",
    b"\\",
    b"\x00",
    b"\xff",
)
ROUNDS = 20


def damaged(content: bytes, random: Random) -> bytes:
    """Return the content with one to three pieces left out, doubled, replaced or put in."""
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(content))
        until = min(len(content), at + random.choice((1, 1, 2, 8, 64)))
        middle = random.choice(
            (b"", content[at:until] * 2, random.choice(PIECES), random.randbytes(until - at))
        )
        content = content[:at] + middle + content[until:]
    return content


def survive(path: Path, content: bytes, read: Callable[[Path], object]) -> None:
    path.write_bytes(content)
    found: object = None
    with suppress(GpuAdvisorError):
        found = read(path)
    if isinstance(found, TimelineProfile):
        assert decode(encode(found), "here") == found


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_kineto(seed: int, tmp_path: Path) -> None:
    content = json.dumps(trace([*EVENTS, memset(30, 1), *OPERATORS]), indent=seed % 2).encode()
    survive(tmp_path / "t.json", damaged(content, Random(seed)), read_kineto)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nsys(seed: int, tmp_path: Path) -> None:
    content = export(tmp_path / "whole").read_bytes()
    survive(tmp_path / "r.sqlite", damaged(content, Random(seed)), read_nsys)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_ncu(seed: int, tmp_path: Path) -> None:
    content = (wide() if seed % 2 else long(rules=True)).encode()
    survive(tmp_path / "r.csv", damaged(content, Random(seed)), read_ncu)
