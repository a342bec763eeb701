"""What a sweep may say of its kernels' compilation and arguments."""

from pathlib import Path

import pytest

from gpuadvisor.devices.device import Device
from gpuadvisor.devices.open import open_device
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.load import load_probe
from gpuadvisor.probing.plan import plan_point
from gpuadvisor.probing.run import run_probes
from gpuadvisor.probing.workbench import Workbench
from tests.probing.folders import DECLARATION, write_probe

KERNEL = 'kernel = "scale"'


def test_a_sweep_keeps_its_own_key_of_those_that_all_have(tmp_path: Path) -> None:
    folder = write_probe(tmp_path)
    sweep = DECLARATION.index("[[sweep]]")
    second = DECLARATION[sweep:].replace('"sizes"', '"more"').replace(KERNEL, "")
    first = DECLARATION[sweep:].replace(KERNEL, f"{KERNEL}\nquick = true")
    common = f"[every_sweep]\n{KERNEL}\nquick = false\n\n"
    (folder / "probe.toml").write_text(DECLARATION[:sweep] + common + first + second)
    sweeps = load_probe(folder).declaration.sweeps
    assert [(each.kernel, each.quick) for each in sweeps] == [("scale", True), ("scale", False)]


def test_what_all_sweeps_have_is_checked_in_each(tmp_path: Path) -> None:
    folder = write_probe(tmp_path)
    (folder / "probe.toml").write_text(f"{DECLARATION}\n[every_sweep]\nkernell = 1\n")
    with pytest.raises(GpuAdvisorError, match="kernell"):
        load_probe(folder)


@pytest.mark.parametrize(("cap", "most"), [(0, 255), (16, 16)])
def test_registers_are_capped(cap: int, most: int, tmp_path: Path) -> None:
    probe = load_probe(write_probe(tmp_path, replace=(KERNEL, f"{KERNEL}\nmaximum_registers = {cap}")))
    bench = Workbench(open_device("emulated:h100"), probe)
    plan = plan_point(bench, probe.declaration.sweeps[0], {"factor": 3, "blocks": 1})
    assert 0 < int(str(plan.scope["registers_per_thread"])) <= most
    assert plan.scope["spill_bytes"] == 0


TEXTURE = '{ buffer = "input", texture = {}, shape = ["blocks", "threads"] }'


def write_texture_probe(parent: Path, argument: str = TEXTURE) -> None:
    """Write a probe that fetches its input from a texture of one row per block."""
    folder = write_probe(parent, replace=('{ buffer = "input" }', argument))
    declaration, kernel = folder / "probe.toml", folder / "kernel.cu"
    counted = "global_load_sectors / global_load_requests"
    declaration.write_text(declaration.read_text().replace(counted, "texture_requests"))
    fetch = "tex2D<unsigned>(input, threadIdx.x + 0.5f, blockIdx.x + 0.5f)"
    source = kernel.read_text().replace("const unsigned* input", "cudaTextureObject_t input")
    kernel.write_text(source.replace("input[i]", fetch))


def test_an_argument_can_be_a_texture(tmp_path: Path) -> None:
    write_texture_probe(tmp_path)
    points = run_probes(open_device("emulated:h100"), ["scale"], [tmp_path]).probes[0].points
    assert [point.reasons for point in points] == [[]] * 4


def test_a_texture_fits_its_buffer(tmp_path: Path) -> None:
    write_texture_probe(tmp_path, TEXTURE.replace('"blocks"', '"blocks + 1"'))
    points = run_probes(open_device("emulated:h100"), ["scale"], [tmp_path]).probes[0].points
    assert all("is smaller than a texture of [" in point.reasons[0] for point in points)


def test_one_texture_serves_all_launches_of_a_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_texture_probe(tmp_path)
    device = open_device("emulated:h100")
    addresses: list[int] = []
    bind = type(device).bind

    def noting(device: Device, image: Image) -> int:
        addresses.append(image.address)
        return bind(device, image)

    monkeypatch.setattr(type(device), "bind", noting)
    run_probes(device, ["scale"], [tmp_path])
    assert len(set(addresses)) == len(addresses) == 2
