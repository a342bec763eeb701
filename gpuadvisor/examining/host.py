"""The machine's own files and variables: /proc, /sys, /dev, the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Host:
    """Where the machine is read from; tests give a folder for `/` and variables of their own."""

    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    platform: str = sys.platform

    @property
    def hides_gpus(self) -> bool:
        """Whether CUDA_VISIBLE_DEVICES hides every GPU (CUDA Programming Guide, "Environment Variables")."""
        return self.environment.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1")

    def path(self, name: str) -> Path:
        """Return the place of `/name` below the root."""
        return self.root / name.lstrip("/")

    def text(self, name: str) -> str | None:
        """Return a file's content; None where there is none or it may not be read."""
        try:
            return self.path(name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    def exists(self, name: str) -> bool:
        """Return whether there is such a file."""
        return self.path(name).exists()
