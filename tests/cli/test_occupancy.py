import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gpuadvisor.cli.exit_codes import ExitCode
from gpuadvisor.cli.occupancy import command

ASKED = ("--cc", "9.0", "--registers", "40", "--block", "96", "--shared", "12288")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_json_has_the_residency_and_its_limiters() -> None:
    document = json.loads(run(*ASKED, "--format", "json"))
    assert document["blocks_per_sm"] == 16
    assert document["warps_per_sm"] == 48
    assert document["theoretical"] == 0.75
    assert document["limiters"] == ["registers"]
    assert document["configuration"]["dynamic_shared_bytes"] == 12288


def test_json_has_a_row_for_every_block_size() -> None:
    rows = json.loads(run(*ASKED, "--format", "json"))["what_if"]["threads_per_block"]
    assert [row["value"] for row in rows] == list(range(32, 1025, 32))
    row = next(row for row in rows if row["value"] == 1024)
    assert (row["blocks_per_sm"], row["warps_per_sm"], row["theoretical"]) == (1, 32, 0.5)


def test_fewer_registers_are_followed_step_by_step_until_something_else_limits() -> None:
    document = json.loads(run("--cc", "8.0", "--registers", "128", "--block", "256", "--format", "json"))
    steps = [(row["value"], row["blocks_per_sm"]) for row in document["what_if"]["registers_per_thread"]]
    assert steps == [(80, 3), (64, 4), (48, 5), (40, 6), (32, 8)]


def test_less_shared_memory_is_followed_step_by_step() -> None:
    document = json.loads(
        run("--cc", "8.6", "--registers", "40", "--block", "512", "--shared", "60000", "--format", "json")
    )
    rows = document["what_if"]["dynamic_shared_bytes"]
    steps = [(row["value"], row["blocks_per_sm"]) for row in rows]
    two_of_100_kib, three_of_100_kib = 50 * 1024 - 1024, 102_400 // 3 // 128 * 128 - 1024
    assert steps == [(two_of_100_kib, 2), (three_of_100_kib, 3)]


def test_text_marks_the_asked_block_size_and_names_the_limiter() -> None:
    output = run(*ASKED)
    assert "compute capability 9.0: 75 %" in output
    assert "16 blocks, 48 of 64 warps" in output
    marked = [line for line in output.splitlines() if line.startswith("▶")]
    assert len(marked) == 1
    assert marked[0].split()[1:3] == ["96", "75"]
    assert marked[0].rstrip().endswith("registers")


def test_text_tells_a_broken_last_warp_and_a_launch_that_cannot_run() -> None:
    assert "the last warp of each block has 4 of 32 threads" in run(
        "--cc", "8.0", "--registers", "65", "--block", "100"
    )
    assert "cannot run" in run("--cc", "8.0", "--registers", "255", "--block", "288")


@pytest.mark.parametrize(
    ("options", "blocks"),
    [
        (("--cc", "8.0", "--registers", "32", "--block", "256", "--shared", "60000"), 2),
        (("--cc", "8.0", "--registers", "32", "--block", "256", "--shared", "60000", "--no-opt-in"), 0),
        (("--cc", "9.0", "--registers", "32", "--block", "64", "--barriers", "3"), 21),
        (
            (
                "--cc",
                "7.0",
                "--registers",
                "32",
                "--block",
                "256",
                "--static-shared",
                "16384",
                "--carveout",
                "0",
            ),
            1,
        ),
    ],
)
def test_every_option_counts(options: tuple[str, ...], blocks: int) -> None:
    assert json.loads(run(*options, "--format", "json"))["blocks_per_sm"] == blocks


def test_impossible_input_is_one_message_with_the_limits() -> None:
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "gpuadvisor",
            "occupancy",
            "--cc",
            "9.0",
            "--registers",
            "300",
            "--block",
            "96",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == ExitCode.BAD_INPUT
    assert result.stdout == ""
    assert "300 registers per thread" in result.stderr
    assert "0 to 255" in result.stderr
