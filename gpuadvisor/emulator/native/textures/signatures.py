"""The functions of `library` that kernels call, and how images are read in memory."""

from llvmlite import ir

from gpuadvisor.emulator.native.abi import offset_of
from gpuadvisor.emulator.native.lowering.vectors import float_type
from gpuadvisor.emulator.native.runtime.signatures import VOID
from gpuadvisor.emulator.native.textures.abi import IMAGE, IMAGE_SITE
from gpuadvisor.emulator.native.vectors import I1, I32, I64, LANES, POINTER, WORDS, field

DOUBLES = float_type(64)
WORDS_BYTES = 4 * LANES
DOUBLES_BYTES = 8 * LANES
"""What a <32 x i32> and a <32 x double> take in memory."""
PLACES = ir.ArrayType(WORDS, 4)
"""The layer, x, y and z of each lane, as bits."""
COMPONENTS = ir.ArrayType(WORDS, 4)

SIGNATURES: dict[str, ir.FunctionType] = {
    "find_image": ir.FunctionType(POINTER, [POINTER, I64, I32, I32]),
    "note_refused": ir.FunctionType(VOID, [POINTER, I64, I32, POINTER, POINTER]),
    "fetch_texels": ir.FunctionType(VOID, [POINTER, POINTER, POINTER, POINTER, I32, I32, I32, POINTER]),
    "place_on_surface": ir.FunctionType(I32, [POINTER, POINTER, I32, I32, I1, I32, POINTER, POINTER]),
    "store_texels": ir.FunctionType(VOID, [POINTER, POINTER, POINTER, I32, POINTER]),
    "count_texels": ir.FunctionType(VOID, [POINTER, POINTER, POINTER, POINTER, POINTER, I32, I32, I32]),
}
"""Each is described where it is defined."""


def declared(module: ir.Module, name: str) -> ir.Function:
    """Return a function of the library, declared in `module`."""
    known = module.globals.get(name)
    return known if known is not None else ir.Function(module, SIGNATURES[name], name)


def image_field(builder: ir.IRBuilder, image: ir.Value, name: str, kind: ir.Type = I32) -> ir.Value:
    """Return the value of a field of an image."""
    return builder.load(image_pointer(builder, image, name), typ=kind)


def image_pointer(builder: ir.IRBuilder, image: ir.Value, name: str) -> ir.Value:
    """Return the address of a field of an image."""
    return field(builder, image, offset_of(IMAGE, name))


def image_site_pointer(builder: ir.IRBuilder, site: ir.Value, name: str) -> ir.Value:
    """Return the address of a field of a site of images."""
    return field(builder, site, offset_of(IMAGE_SITE, name))


def image_site_field(builder: ir.IRBuilder, site: ir.Value, name: str, kind: ir.Type = I32) -> ir.Value:
    """Return the value of a field of a site of images."""
    return builder.load(image_site_pointer(builder, site, name), typ=kind)
