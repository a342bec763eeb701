"""Reports for a terminal, drawn with rich."""

from gpuadvisor.reporting.terminal.machine import render_machine
from gpuadvisor.reporting.terminal.render import render

__all__ = ["render", "render_machine"]
