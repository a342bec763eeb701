"""The exit codes of every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's end means to the shell."""

    OK = 0
    GATE_FAILED = 1
    BAD_INPUT = 2
    """Bad usage, bad input, or something this machine lacks."""
    INCONCLUSIVE = 3
    TOOL_FAILED = 4
    """A defect of gpuadvisor itself."""
    INTERRUPTED = 130
    """Ctrl-C: 128 + SIGINT, as shells have it."""
