"""The text of a page, which may be a stranger's: a regular file of bounded size, without terminal escapes."""

import re
import stat
from pathlib import Path

from gpuadvisor.model.errors import GpuAdvisorError

MAXIMUM_BYTES = 256 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Unicode's category Cc without tab and newline."""


def read_text(path: Path) -> str:
    """Return the text of a page; raise GpuAdvisorError with path and line for what no page may be or hold."""
    try:
        # Asked before opening: opening a pipe waits for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise GpuAdvisorError("is no regular file", where=str(path))
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
        text = content[:MAXIMUM_BYTES].decode().replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GpuAdvisorError(f"cannot be read: {error}", where=str(path)) from None
    if len(content) > MAXIMUM_BYTES:
        raise GpuAdvisorError(f"is larger than {MAXIMUM_BYTES // 1024} KiB", where=str(path))
    found = control_character(text)
    if found is not None:
        line = text.count("\n", 0, text.index(found)) + 1
        raise GpuAdvisorError(f"holds the control character {found!r}", where=f"{path}:{line}")
    return text


def control_character(value: object) -> str | None:
    """Return the first control character, other than newline and tab, in the texts of a TOML value."""
    if isinstance(value, str):
        match = _CONTROL.search(value)
        return match[0] if match else None
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return next((found for each in inner if (found := control_character(each)) is not None), None)
