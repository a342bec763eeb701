"""Verdicts of the gate, one module per format."""

from gpuadvisor.reporting.gate.formats import FORMATS
from gpuadvisor.reporting.gate.text import render_gate

__all__ = ["FORMATS", "render_gate"]
