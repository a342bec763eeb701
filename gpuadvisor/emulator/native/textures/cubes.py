"""From directions to faces of cubemaps: what `emulator.textures.cubes` does."""

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers, where
from gpuadvisor.emulator.native.runtime.signatures import VOID, defined
from gpuadvisor.emulator.native.textures.signatures import DOUBLES, DOUBLES_BYTES
from gpuadvisor.emulator.native.vectors import POINTER, WORDS, field


def define_find_face(module: ir.Module) -> ir.Function:
    """Define (coordinates, face): x and y become places on the face of each lane, which is kept as well."""
    function, builder = defined(module, "find_face", ir.FunctionType(VOID, [POINTER, POINTER]))
    coordinates, face = function.args
    cells = [field(builder, coordinates, DOUBLES_BYTES * axis) for axis in range(3)]
    x, y, z = (Floats(builder, builder.load(cell, typ=DOUBLES)) for cell in cells)
    along_z = _is_as_long(z, x) & _is_as_long(z, y)
    along_y = ~along_z & _is_as_long(y, x)
    major = where(along_z, z, where(along_y, y, x))
    negative = major.compare("<", 0.0)
    first = where(along_z, 4, where(along_y, 2, Integers(builder, ir.Constant(WORDS, None))))
    builder.store((first + negative.resized(32)).value, face)
    s = where(along_z, where(negative, -x, x), where(along_y, x, where(negative, z, -z)))
    t = where(along_z, -y, where(along_y, where(negative, -z, z), -y))
    length = where(major.compare("==", 0.0), 1.0, major.magnitude())
    for place, cell in zip((s, t), cells, strict=False):
        builder.store(((place / length + 1.0) * 0.5).value, cell)
    builder.ret_void()
    return function


def _is_as_long(one: Floats, other: Floats) -> Integers:
    return one.magnitude().compare(">=", other.magnitude())
