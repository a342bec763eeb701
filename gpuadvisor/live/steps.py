"""Which of a program's steps are recorded."""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, kw_only=True)
class StepLimits:
    """Leave out the first `wait` steps and what comes before them, record the next `steps`."""

    wait: int
    steps: int


class Turn(Enum):
    """What the end of a step means for the recording."""

    BEGIN = auto()
    """The next step is the first one recorded."""
    NEXT = auto()
    """A recorded step ended and another one begins."""
    END = auto()
    """The last step to record has ended."""
    NOTHING = auto()


class StepCount:
    """Counts the steps of a program."""

    def __init__(self, limits: StepLimits) -> None:
        self._limits = limits
        self.made = 0

    def end_step(self) -> Turn:
        """Note that a step has ended and return what that means."""
        self.made += 1
        wait, last = self._limits.wait, self._limits.wait + self._limits.steps
        if self.made > last:
            return Turn.NOTHING
        if self.made == last:
            return Turn.END
        if self.made == wait:
            return Turn.BEGIN
        return Turn.NEXT if self.made > wait else Turn.NOTHING
