"""The whole examination: look at everything at once, then judge part by part."""

import datetime as dt
import time
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from gpuadvisor import __version__
from gpuadvisor.examining.answers import answers
from gpuadvisor.examining.children import Look, look_at
from gpuadvisor.examining.folders import folders
from gpuadvisor.examining.frameworks import BY_NAME, FRAMEWORKS, Framework
from gpuadvisor.examining.host import Host
from gpuadvisor.examining.looks.compiler import Compiler
from gpuadvisor.examining.looks.cupti import Cupti
from gpuadvisor.examining.looks.llvmlite import Native
from gpuadvisor.examining.looks.nvidia import Nvidia
from gpuadvisor.examining.looks.profilers import Profilers
from gpuadvisor.examining.looks.sight import Sight
from gpuadvisor.examining.outcome import Absent, Broken, Ended, Late, Seen
from gpuadvisor.examining.parts import framework as judge
from gpuadvisor.examining.parts.compiler import compilers
from gpuadvisor.examining.parts.container import container, shared_memory_bytes
from gpuadvisor.examining.parts.counters import counters
from gpuadvisor.examining.parts.cupti import cupti
from gpuadvisor.examining.parts.driver import driver
from gpuadvisor.examining.parts.fit import cuda
from gpuadvisor.examining.parts.gpus import gpus
from gpuadvisor.examining.parts.memory import memory
from gpuadvisor.examining.parts.mig import mig
from gpuadvisor.examining.parts.native import native
from gpuadvisor.examining.parts.profilers import profilers
from gpuadvisor.examining.requirements import built_for, least_capabilities
from gpuadvisor.model.doctor import LIMIT_SECONDS, DoctorReport, Part
from gpuadvisor.model.machine import Tool

LOOKS = (
    *(Look(name=framework.name, module=framework.name) for framework in FRAMEWORKS),
    *(Look(name="nvidia"), Look(name="profilers"), Look(name="compiler")),
    Look(name="llvmlite", module="llvmlite"),
    Look(name="cupti", module="cupti"),
)

Value = TypeVar("Value")


def examine(limit_seconds: float = LIMIT_SECONDS, host: Host | None = None) -> DoctorReport:
    """Look at everything, each thing for `limit_seconds` at most and all at the same time, and judge it."""
    start = time.monotonic()
    ended = look_at(LOOKS, limit_seconds)
    parts = judged(ended, host or Host())
    return DoctorReport(
        tool=Tool(version=__version__),
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - start, 3),
        parts=parts,
        answers=answers(parts),
    )


def judged(ended: Mapping[str, Ended], host: Host) -> list[Part]:
    """Judge what was seen, in the order of `PART_NAMES`."""
    nvidia = _value(ended["nvidia"], Nvidia) or _unanswered(ended["nvidia"])
    compiler = _value(ended["compiler"], Compiler) or Compiler(problem=_reason(ended["compiler"]))
    sights = {name: sight for name in BY_NAME if (sight := _value(ended[name], Sight)) is not None}
    place = judge.Place(
        supported=nvidia.cuda_version,
        gpus=nvidia.gpus,
        hidden=host.hides_gpus,
        working=frozenset(name for name, sight in sights.items() if sight.has_cuda),
    )
    largest = max((gpu.memory_bytes or 0 for gpu in nvidia.gpus), default=0)
    return [
        driver(host, nvidia),
        *gpus(host, nvidia, least_capabilities(sights, compiler)),
        cuda(nvidia.cuda_version, built_for(sights, compiler)),
        mig(nvidia),
        *(_framework(framework, ended[framework.name], place) for framework in FRAMEWORKS),
        counters(host, nvidia),
        *profilers(_value(ended["profilers"], Profilers) or Profilers(), nvidia),
        cupti(_value(ended["cupti"], Cupti), _reason(ended["cupti"])),
        container(host, shared_memory_bytes(host)),
        memory(host, largest),
        *compilers(compiler),
        native(_value(ended["llvmlite"], Native), _reason(ended["llvmlite"])),
        *folders(),
    ]


def _framework(framework: Framework, ended: Ended, place: judge.Place) -> Part:
    match ended.outcome:
        case Absent():
            return judge.absent(framework, place)
        case Broken(reason):
            return judge.broken(framework, reason, place)
        case Late(limit_seconds, glimpse):
            sight: Sight | None = msgspec.json.decode(glimpse, type=Sight | None)
            return judge.late(framework, sight, limit_seconds, place)
        case Seen(value):
            return judge.seen(framework, msgspec.json.decode(value, type=Sight), ended.log, place)


def _unanswered(ended: Ended) -> Nvidia:
    return Nvidia(cuda_version=None, problem=_reason(ended), answered=False)


def _value(ended: Ended, kind: type[Value]) -> Value | None:
    match ended.outcome:
        case Seen(value):
            return msgspec.json.decode(value, type=kind)
    return None


def _reason(ended: Ended) -> str | None:
    match ended.outcome:
        case Broken(reason):
            return reason
        case Late(limit_seconds):
            return f"did not answer within {limit_seconds:g} s"
    return None
