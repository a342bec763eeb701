"""Every launch file in the documentation is one."""

import re
from pathlib import Path

import pytest

from gpuadvisor.sources.launches import read_launch_file

PAGE = Path(__file__).parents[2] / "docs" / "launches.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("text", BLOCKS)
def test_it_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "launch.toml").write_text(text)
    assert read_launch_file(tmp_path / "launch.toml").requests
