"""Instructions of warp groups and tensor memory (PTX ISA 9.7.15, 9.7.16): counted, but they move no data."""

from gpuadvisor.emulator.instructions.binding import StepBuilders
from gpuadvisor.emulator.instructions.copies import do_nothing

BUILDERS: StepBuilders = dict.fromkeys(("wgmma", "tcgen05", "tensormap"), do_nothing)
