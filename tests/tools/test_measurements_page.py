"""The page of measurements is current, shows what is recorded and nothing that is made by hand."""

from pathlib import Path

import msgspec
import pytest

from gpuadvisor.model.documents import encode
from gpuadvisor.model.machine import MachineProfile
from tests.tools.recordings import hand_made
from tools.measurements_page import measurements_document, recorded_profiles
from tools.record_gpu import PAGE


def as_if_recorded() -> MachineProfile:
    profile = hand_made()
    device = msgspec.structs.replace(profile.device, name="NVIDIA H100 80GB HBM3")
    return msgspec.structs.replace(profile, device=device)


def row(document: str, title: str, gpu: str) -> list[str]:
    section = document[document.index(f"## {title}") :]
    line = next(line for line in section.splitlines() if line.startswith(f"| {gpu} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == measurements_document(recorded_profiles()), (
        "run: python -m tools.measurements_page > docs/measurements.md"
    )


def test_without_recordings_it_says_none_yet() -> None:
    document = measurements_document([])
    assert "None yet: no GPU has been measured so far." in document
    assert row(document, "L2 latency", "H100 SXM")[1] == "none yet"


def test_a_recorded_value_stands_beside_the_published_ones() -> None:
    document = measurements_document([as_if_recorded()])
    assert row(document, "L2 latency", "H100 SXM") == [
        "H100 SXM", "270", "269.5 .. 270.5", "", "291 [C], 222 [M]",
    ]  # fmt: skip
    assert row(document, "DRAM read bandwidth", "H100 SXM") == [
        "H100 SXM", "3.12 TB/s", "3.11 TB/s .. 3.12 TB/s", "93.0% (93.0%)", "",
    ]  # fmt: skip
    assert row(document, "L2 latency", "GH200")[1] == "none yet"


def test_a_recording_is_listed_with_driver_date_and_clocks() -> None:
    document = measurements_document([as_if_recorded()])
    assert row(document, "Recorded", "NVIDIA H100 80GB HBM3") == [
        "NVIDIA H100 80GB HBM3", "2026-01-01", "0.hand-made", "0.0", "1200 MHz .. 1980 MHz of 1980 MHz",
        "2619 MHz", "hand-made",
    ]  # fmt: skip


@pytest.mark.parametrize(("folder", "number"), [("hand-made-example", 0), ("nvidia-h100-pcie", 1)])
def test_what_is_made_by_hand_does_not_count(folder: str, number: int, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "profile.json").write_bytes(encode(as_if_recorded()))
    assert len(recorded_profiles(tmp_path)) == number
