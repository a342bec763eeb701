"""What the terminal says of a GPU's state and of how it is set up."""

import io

import msgspec
from rich.console import Console

from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.reporting.terminal.machine import render_device
from tests.tools.recordings import hand_made


def printed(profile: MachineProfile) -> list[str]:
    console = Console(file=io.StringIO(), width=160)
    render_device(profile, console)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


def with_device(conditions: DeviceConditions, **changes: object) -> MachineProfile:
    profile = hand_made()
    device = msgspec.structs.replace(profile.device, conditions=conditions, **changes)
    return msgspec.structs.replace(profile, device=device)


def test_modes_are_told_as_far_as_they_are_known() -> None:
    known = DeviceConditions(
        ecc_enabled=True, persistence_mode=False, mig_enabled=False, application_sm_clock_hz=1.2e9
    )
    assert printed(with_device(known))[-1] == (
        "  ECC on, persistence mode off, MIG off, application clock 1.2 GHz"
    )
    unknown = printed(with_device(DeviceConditions()))
    assert unknown[-1] == "  conditions unknown"


def test_a_share_of_a_gpu_is_told_as_what_it_is() -> None:
    instance = with_device(DeviceConditions(mig_enabled=True), mig_instance="1g.10gb")
    assert printed(instance)[-1] == "  MIG instance 1g.10gb"
    virtual = with_device(DeviceConditions(virtualization="vgpu"))
    assert printed(virtual)[-1] == "  virtualization: vgpu"


def test_a_run_that_was_cut_short_says_so() -> None:
    profile = msgspec.structs.replace(hand_made(), cut_short="the 13 s were over: 4 of 40 points missing")
    assert "the 13 s were over: 4 of 40 points missing" in printed(profile)[-1]
