"""Let `python -m gpuadvisor` do what `gpuadvisor` does."""

from gpuadvisor.cli.main import run

run()
