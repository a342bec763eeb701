"""What is published of a GPU is found by the name that CUDA gives it, and only for a whole one."""

import pytest

from gpuadvisor.devices.catalog import entry, names
from gpuadvisor.devices.published import published


@pytest.mark.parametrize("name", names())
def test_every_entry_is_found_by_its_own_name(name: str) -> None:
    facts = entry(name)
    figures, sources = published(facts.name, facts.multiprocessors)
    assert figures["dram_latency_cycles"] == facts.dram_latency_cycles
    assert set(sources) == set(figures)


@pytest.mark.parametrize("name", ["Tesla V100-SXM2-16GB", "NVIDIA Tesla V100-SXM2-16GB"])
def test_older_drivers_leave_the_maker_out(name: str) -> None:
    figures, sources = published(name, 80)
    assert (figures["l2_latency_cycles"], figures["shared_latency_cycles"]) == (221, 23)
    assert sources["l2_latency_cycles"].startswith("markdewing/AI_kernels")


@pytest.mark.parametrize(
    ("name", "multiprocessors"), [("NVIDIA A100-SXM4-40GB", 14), ("NVIDIA GeForce GTX 1080", 20)]
)
def test_nothing_is_known_of_parts_and_strangers(name: str, multiprocessors: int) -> None:
    assert published(name, multiprocessors) == ({}, {})
