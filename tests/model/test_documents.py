"""Documents survive a round trip, are written whole, and refuse what they are not."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import msgspec
import pytest

from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.documents import Document, decode, encode, read, write
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint, ProbeResult, Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Report
from tests.advising.timelines import run


def machine() -> MachineProfile:
    return MachineProfile(
        tool=Tool(version="1"),
        created="2026-11-21T00:00:00Z",
        device=DeviceFacts(
            id="emulated:h100",
            name="H100",
            kind="emulated",
            provenance=Provenance.DATASHEET,
            compute_capability="9.0",
            multiprocessors=132,
            sm_clock_hz=1.98e9,
            memory_bytes=80 * 10**9,
            dram_bytes_per_second=3.35e12,
            l2_bytes=50 * 2**20,
        ),
        probes=[
            ProbeResult(
                name="coalescing",
                title="Coalescing",
                metrics=[Metric(name="sectors", unit="sectors", provenance=Provenance.COUNTED)],
                points=[
                    ProbePoint(parameters={"stride": 1}, values={"sectors": 4.0}),
                    ProbePoint(parameters={"stride": 2}, values={}, valid=False, reasons=["throttled"]),
                ],
                seconds=1.5,
            )
        ],
    )


@pytest.mark.parametrize(
    "document", [machine(), Report(tool=Tool(version="1"), machine=machine(), timelines=[run()]), run()]
)
def test_round_trip_keeps_everything(document: Document, tmp_path: Path) -> None:
    write(tmp_path / "document.json", encode(document))
    assert read(tmp_path / "document.json") == document


def test_unknown_fields_are_ignored() -> None:
    content = msgspec.json.decode(encode(machine()))
    content["colour"] = "green"
    content["device"]["mood"] = "good"
    assert decode(msgspec.json.encode(content), "here") == machine()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "newer than this gpuadvisor"),
        ({"schema": "somebody.else"}, "unknown schema 'somebody.else'"),
        ({"device": {"name": "x"}}, "damaged gpuadvisor.machine document"),
    ],
)
def test_a_document_we_cannot_read_is_refused_with_its_place(change: dict[str, object], message: str) -> None:
    content = {**msgspec.json.decode(encode(machine())), **change}
    with pytest.raises(GpuAdvisorError, match=message) as raised:
        decode(msgspec.json.encode(content), "machine.json")
    assert raised.value.where == "machine.json"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[]", b'{"schema": 3}', b"null"])
def test_rubbish_is_refused(content: bytes) -> None:
    with pytest.raises(GpuAdvisorError, match="not a gpuadvisor document"):
        decode(content, "rubbish")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="No such file"):
        read(tmp_path / "absent.json")


def _write_for_ever(path: Path) -> None:
    generation = 0
    while True:
        generation += 1
        write(path, str(generation % 10).encode() * 4_000_000)


def test_a_killed_writer_leaves_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    write(path, b"0" * 4_000_000)
    writer = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(path,))
    writer.start()
    deadline = time.monotonic() + 20
    while path.read_bytes()[:1] == b"0" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    content = path.read_bytes()
    assert content[:1] != b"0"
    assert content == content[:1] * 4_000_000


def test_a_link_is_followed_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "file.json").write_bytes(b"old")
    (tmp_path / "link.json").symlink_to(tmp_path / "file.json")
    write(tmp_path / "link.json", b"new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "file.json").read_bytes() == b"new"
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write(tmp_path / "pipe", b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_a_full_device_is_said_and_stays_a_device() -> None:
    with pytest.raises(GpuAdvisorError, match="No space left"):
        write(Path("/dev/full"), b"content")
    assert Path("/dev/full").is_char_device()


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(GpuAdvisorError, match="No such file or directory"):
        write(tmp_path / "absent" / "document.json", b"content")
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07", "del\x7f", "csi\x9b31m"])
def test_control_characters_are_refused(name: str) -> None:
    facts = msgspec.structs.replace(machine().device, name=name)
    content = encode(msgspec.structs.replace(machine(), device=facts))
    with pytest.raises(GpuAdvisorError, match="control characters"):
        decode(content, "here")


def test_tabs_newlines_and_other_scripts_are_not_control_characters() -> None:
    facts = msgspec.structs.replace(machine().device, name="H100\t\nüβ 中")
    found = msgspec.structs.replace(machine(), device=facts)
    assert decode(encode(found), "here") == found
