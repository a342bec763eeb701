"""What every shipped probe declares about its samples."""

import pytest

from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.probe import Probe

SLOW = {"unified_memory"}
"""A launch of these moves gigabytes by page faults."""


@pytest.mark.parametrize("probe", load_probes(None), ids=lambda probe: probe.name)
def test_a_kernel_is_timed_at_least_ten_times(probe: Probe) -> None:
    if probe.name not in SLOW:
        assert probe.declaration.timing.samples >= 10
