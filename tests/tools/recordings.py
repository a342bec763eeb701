"""The hand-made machine profile, for tests of what is done with recorded ones."""

from pathlib import Path

from gpuadvisor.model.documents import read
from gpuadvisor.model.machine import MachineProfile

FILE = Path(__file__).parents[1] / "recorded" / "hand-made-example" / "profile.json"


def hand_made() -> MachineProfile:
    """Return it."""
    document = read(FILE)
    assert isinstance(document, MachineProfile)
    return document
