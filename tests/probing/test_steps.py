"""Sweeps of steps: a folder and no Python makes host code run on a device, with its answer checked."""

from pathlib import Path

import msgspec
import pytest

from gpuadvisor.devices.activities import Activity, Copy, Run
from gpuadvisor.devices.catalog import entry
from gpuadvisor.devices.device import ONCE, Buffer, LaunchResult, Timing
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import ProbeResult
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.load import load_probe
from gpuadvisor.probing.room import check_room, host_free_bytes
from gpuadvisor.probing.run import run_probes
from gpuadvisor.probing.selection import select
from tests.probing.step_folders import write_steps

GIB = 1 << 30
MANAGED = ('fill = "scratch"', 'fill = "scratch"\nplace = "managed"')


class Recorder(EmulatedDevice):
    """An emulated GPU that keeps what it was asked to do."""

    def __init__(self) -> None:
        super().__init__("h100")
        self.asked: list[tuple[Activity, Timing]] = []

    def perform(self, activity: Activity, timing: Timing = ONCE) -> LaunchResult:
        self.asked.append((activity, timing))
        return super().perform(activity, timing)


def probe(device: EmulatedDevice, parent: Path, *, quick: bool = False) -> ProbeResult:
    return run_probes(device, ["doubling"], [parent], quick=quick).probes[0]


def test_a_folder_of_steps_is_a_probe(tmp_path: Path) -> None:
    write_steps(tmp_path)
    result = probe(EmulatedDevice("h100"), tmp_path)
    assert [point.reasons for point in result.points] == [[], [], []]
    assert [metric.provenance for metric in result.metrics] == [Provenance.MODELLED]


def test_steps_reach_the_device_as_declared(tmp_path: Path) -> None:
    write_steps(tmp_path)
    device = Recorder()
    probe(device, tmp_path)
    activity, timing = device.asked[1]
    kinds = [type(step) for step in activity.steps]
    assert kinds == [Copy, Run, Copy] * 2
    assert [step.stream for step in activity.steps] == [0, 0, 0, 1, 1, 1]
    assert (timing.warmups, timing.samples, activity.clock, activity.as_graph) == (1, 3, "device", False)
    last = activity.steps[5]
    assert isinstance(last, Copy)
    assert (last.size_bytes, last.source.offset_bytes, last.target.offset_bytes) == (256, 256, 256)
    assert isinstance(last.target.memory, Buffer)
    assert last.target.memory.place == "pinned"


def test_a_copy_without_a_count_takes_the_smaller_buffer(tmp_path: Path) -> None:
    steps = 'steps = [{ do = "copy", from = "input", to = "output" }]'
    folder = write_steps(
        tmp_path, ('equals = "2 * i"', 'equals = "i"'), ('repeat = { chunk = "chunks" }', steps)
    )
    declaration = folder / "probe.toml"
    declaration.write_text(declaration.read_text().split("[[sweep.steps]]")[0])
    device = Recorder()
    result = probe(device, tmp_path)
    assert [point.reasons for point in result.points] == [[], [], []]
    (step,) = device.asked[2][0].steps
    assert isinstance(step, Copy)
    assert step.size_bytes == 4 * 64 * 4


@pytest.mark.parametrize(
    "replacement",
    [("*= 2", "*= 3"), ('to = "output"\nfirst = "chunk * threads"', 'to = "output"\nfirst = 0')],
)
def test_bytes_that_do_not_arrive_are_noticed(tmp_path: Path, replacement: tuple[str, str]) -> None:
    write_steps(tmp_path, replacement)
    *_, last = probe(EmulatedDevice("h100"), tmp_path).points
    assert not last.valid
    assert "wrong answer" in last.reasons[0]
    assert last.values == {}


def test_a_quick_run_takes_the_points_that_are_wanted_then(tmp_path: Path) -> None:
    write_steps(tmp_path)
    result = probe(EmulatedDevice("h100"), tmp_path, quick=True)
    assert [point.parameters["chunks"] for point in result.points] == [4]
    assert result.left_out == 2


def test_what_the_device_cannot_do_is_left_out_with_the_reason(tmp_path: Path) -> None:
    write_steps(tmp_path, MANAGED)
    declared = load_probe(tmp_path / "doubling")
    h100 = entry("h100")
    (selection,) = select(h100, [declared], None, quick=False)
    assert selection.without == {"chunks": "an emulated GPU has no pages that move"}
    assert selection.points == 0
    with pytest.raises(
        GpuAdvisorError, match="nothing to run on emulated:h100: an emulated GPU has no pages"
    ):
        select(h100, [declared], ["doubling"], quick=False)
    able = msgspec.structs.replace(h100, abilities=["managed"])
    assert select(able, [declared], None, quick=False)[0].points == 3


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        (('kernel = "twice"', 'kernel = "thrice"'), "no kernel 'thrice'"),
        (('from = "input"', 'from = "inputs"'), "'inputs' is not known here"),
        (('stream = "chunk % 2"', 'stream = "chunks % of"'), "'of' is not known here"),
        (('repeat = { chunk = "chunks" }', 'repeat = { chunk = "chunk" }'), "'chunk' is not known here"),
        (('repeat = { chunk = "chunks" }', 'repeat = { words = "chunks" }'), "'chunk' is not known here"),
        (('fill = "scratch"', 'fill = "scratch"\nplace = "pageable"'), "a kernel cannot reach 'work'"),
        (('place = "pinned"', 'place = "pageable"'), 'clock = "host"'),
        (('do = "launch"', 'do = "leap"'), "leap"),
        (("warmups = 1", 'warmups = 1\ncold = true\n[every_sweep]\nclock = "host"'), "cold L2"),
        (('[{ buffer = "work" }, ', "[{ }, "), "either a buffer, or a type and a value"),
        (('meaning = "So', 'kernel = "twice"\nmeaning = "So'), "either a kernel or steps"),
        (('check = { buffer = "output"', 'check = { buffer = "work"'), "'work' is not known here"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(
    tmp_path: Path, replacement: tuple[str, str], message: str
) -> None:
    folder = write_steps(tmp_path, replacement)
    with pytest.raises(GpuAdvisorError) as caught:
        load_probe(folder)
    assert message in str(caught.value)
    assert "probe.toml" in str(caught.value)


def cuda(free_bytes: int | None) -> DeviceFacts:
    facts = msgspec.structs.replace(entry("h100"), id="cuda:0", kind="cuda")
    if free_bytes is None:
        return facts
    return msgspec.structs.replace(facts, conditions=DeviceConditions(memory_free_bytes=free_bytes))


def test_no_more_than_a_share_of_what_is_free_is_taken() -> None:
    check_room(cuda(2 * GIB), [("pinned", GIB), ("device", GIB)], 8 * GIB)
    check_room(cuda(None), [("device", 40 * GIB)], None)
    with pytest.raises(GpuAdvisorError, match="memory of host"):
        check_room(cuda(2 * GIB), [("pinned", GIB), ("pageable", 1)], 8 * GIB)
    with pytest.raises(GpuAdvisorError, match="memory of cuda:0"):
        check_room(cuda(2 * GIB), [("device", GIB), ("peer", 1)], None)
    with pytest.raises(GpuAdvisorError, match="memory of host"):
        check_room(entry("h100"), [("device", GIB + 1)], 8 * GIB)


def test_a_host_tells_its_free_memory() -> None:
    free = host_free_bytes()
    assert free is None or free > 1 << 20


def test_a_point_without_room_is_not_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_steps(tmp_path)
    monkeypatch.setattr("gpuadvisor.probing.steps_experiment.host_free_bytes", lambda: 4096)
    found = [point.reasons[0] for point in probe(EmulatedDevice("h100"), tmp_path).points]
    assert all("left out: it needs" in reason for reason in found)
