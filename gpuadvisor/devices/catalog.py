"""The known GPUs: the figures of `catalog.toml` as device facts."""

import tomllib
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

import msgspec

from gpuadvisor.devices.execution_units import LANES_PER_MULTIPROCESSOR
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.provenance import Provenance

MEGA, GIGA = 10**6, 10**9
MEBI, GIBI = 2**20, 2**30

CLOSE = 0.4
"""How alike (0 to 1) a name must be to be offered: one wrong letter in four is still close."""

FACTS = {
    "sm_clock_megahertz": "sm_clock_hz",
    "memory_gibibytes": "memory_bytes",
    "dram_gigabytes_per_second": "dram_bytes_per_second",
    "l2_mebibytes": "l2_bytes",
    "l2_gigabytes_per_second": "l2_bytes_per_second",
    "host_link_gigabytes_per_second": "host_link_bytes_per_second",
}
"""The facts that the catalogue gives in handier units; the others have the same name in both."""


class Architecture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every multiprocessor of one compute capability has, besides its lanes."""

    l1_bytes_per_clock: float | None = None
    l1_latency_cycles: float | None = None
    shared_latency_cycles: float | None = None
    sources: dict[str, str]


class Gpu(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One GPU; None stands for a figure nobody published."""

    name: str
    compute_capability: str
    multiprocessors: int
    sm_clock_megahertz: float
    memory_gibibytes: int
    dram_gigabytes_per_second: float
    l2_mebibytes: float
    l2_gigabytes_per_second: float | None = None
    l2_latency_cycles: float | None = None
    dram_latency_cycles: float | None = None
    host_link_gigabytes_per_second: float | None = None
    sources: dict[str, str]


class Catalog(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file; `citations` are what the tables of sources refer to."""

    citations: dict[str, str]
    compute_capability: dict[str, Architecture]
    gpu: dict[str, Gpu]


def names() -> list[str]:
    """Return the names of the known GPUs, as `emulated:NAME` takes them."""
    return list(read_catalog().gpu)


def entry(name: str) -> DeviceFacts:
    """Return the facts of the GPU called `name`, each with its source.

    Raises GpuAdvisorError, naming the closest known GPUs, where there is none of that name.
    """
    catalog = read_catalog()
    gpu = catalog.gpu.get(name)
    if gpu is None:
        raise _unknown(name)
    architecture = catalog.compute_capability[gpu.compute_capability]
    l2_gigabytes_per_second = gpu.l2_gigabytes_per_second
    link_gigabytes_per_second = gpu.host_link_gigabytes_per_second
    return DeviceFacts(
        id=f"emulated:{name}",
        name=gpu.name,
        kind="emulated",
        provenance=Provenance.DATASHEET,
        compute_capability=gpu.compute_capability,
        multiprocessors=gpu.multiprocessors,
        sm_clock_hz=gpu.sm_clock_megahertz * MEGA,
        memory_bytes=gpu.memory_gibibytes * GIBI,
        dram_bytes_per_second=gpu.dram_gigabytes_per_second * GIGA,
        l2_bytes=round(gpu.l2_mebibytes * MEBI),
        l2_bytes_per_second=l2_gigabytes_per_second * GIGA if l2_gigabytes_per_second else None,
        l1_bytes_per_clock=architecture.l1_bytes_per_clock,
        dram_latency_cycles=gpu.dram_latency_cycles,
        l2_latency_cycles=gpu.l2_latency_cycles,
        l1_latency_cycles=architecture.l1_latency_cycles,
        shared_latency_cycles=architecture.shared_latency_cycles,
        host_link_bytes_per_second=link_gigabytes_per_second * GIGA if link_gigabytes_per_second else None,
        sources=_sources(catalog, gpu, architecture),
        **LANES_PER_MULTIPROCESSOR[gpu.compute_capability],
    )


@cache
def read_catalog() -> Catalog:
    """Return the catalogue as it is written."""
    text = (files("gpuadvisor.devices") / "catalog.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Catalog)


def _sources(catalog: Catalog, gpu: Gpu, architecture: Architecture) -> dict[str, str]:
    """Return the citation and note of each fact."""
    sources = {}
    for key, source in (gpu.sources | architecture.sources).items():
        citation, separator, note = source.partition(";")
        sources[FACTS.get(key, key)] = catalog.citations[citation] + separator + note
    return sources


def _unknown(name: str) -> GpuAdvisorError:
    known = names()
    squeezed = {_squeeze(each): each for each in known}
    wanted = _squeeze(name)
    longer = [each for each in squeezed if each.startswith(wanted)]
    similar = get_close_matches(wanted, squeezed, n=3, cutoff=CLOSE)
    close = [squeezed[each] for each in dict.fromkeys(longer + similar)]
    remedy = f"did you mean {', '.join(close)}?" if close else f"known are {', '.join(known)}"
    return GpuAdvisorError(f"no GPU called {name!r} is known", remedy=remedy)


def _squeeze(name: str) -> str:
    """Return the name as different spellings share it: `RTX 4090` and `rtx_4090` are `rtx4090`."""
    return "".join(character for character in name.lower() if character.isalnum())
