"""The kernels of the shipped probes on the GPU at hand: their answers are right, textures' too."""

import pytest

from gpuadvisor.devices.isolated import IsolatedDevice
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.selection import points_on
from tests.probing.points import point

pytestmark = pytest.mark.gpu
SWEEPS = [(probe, sweep) for probe in load_probes(None) for sweep in probe.declaration.sweeps if sweep.kernel]


@pytest.mark.parametrize(("probe", "sweep"), SWEEPS, ids=lambda each: each.name)
def test_every_kernel_has_the_right_answer(
    device: IsolatedDevice, probe: Probe, sweep: SweepDeclaration
) -> None:
    points = points_on(device.facts, probe, sweep)
    if not points:
        pytest.skip("the GPU is too old for the sweep")
    for chosen in (points[0], points[-1]):
        found = point(device, probe, sweep.name, chosen)
        assert found.samples > 1, found.reasons
