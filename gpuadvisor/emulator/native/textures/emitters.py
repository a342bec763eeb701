"""What translates the instructions on textures and surfaces, by opcode."""

from collections.abc import Callable

from gpuadvisor.emulator.native.lanes import Lanes
from gpuadvisor.emulator.native.textures import accesses, fetches
from gpuadvisor.emulator.native.textures.objects import ImageSites
from gpuadvisor.emulator.program import Instruction

EMITTERS: dict[str, Callable[[Lanes, ImageSites, Instruction], None]] = {
    "tex": fetches.emit_fetch,
    "tld4": fetches.emit_gather,
    "txq": fetches.emit_query,
    "suq": fetches.emit_query,
    "suld": accesses.emit_surface_load,
    "sust": accesses.emit_surface_store,
    "sured": accesses.emit_surface_reduction,
}
