"""The launch to write for a kernel that has none, filled in as far as its declaration tells."""

import re

from gpuadvisor.sources.declarations import DeclaredParameter, KernelDeclaration

_ELEMENT_COUNT = 1_048_576
_GRID, _BLOCK = 4096, 256
_TYPES = {
    "bool": "bool", "char": "int8", "signed char": "int8", "unsigned char": "uint8", "short": "int16",
    "unsigned short": "uint16", "int": "int32", "unsigned": "uint32", "unsigned int": "uint32",
    "long": "int64", "unsigned long": "uint64", "long long": "int64", "unsigned long long": "uint64",
    "size_t": "uint64", "half": "float16", "__half": "float16", "float": "float32", "double": "float64",
    **{f"{prefix}{bits}_t": f"{prefix}{bits}" for prefix in ("int", "uint") for bits in (8, 16, 32, 64)},
}  # fmt: skip


def toml_template(kernel: KernelDeclaration) -> str:
    """Return the `[[launch]]` table to put beside the source; sizes and values are for the user to set."""
    arguments = [_toml_argument(parameter) for parameter in kernel.parameters]
    lines = ["[[launch]]", f'kernel = "{launch_name(kernel)}"', f"grid = {_GRID}", f"block = {_BLOCK}"]
    separator = ",\n         "
    return "\n".join([*lines, f"args = [ {separator.join(arguments)} ]"])


def inline_template(kernel: KernelDeclaration) -> str:
    """Return the same launch as command-line options."""
    arguments = " ".join(f"--arg '{_inline_argument(parameter)}'" for parameter in kernel.parameters)
    return f"--kernel '{launch_name(kernel)}' --grid {_GRID} --block {_BLOCK} {arguments}".rstrip()


def launch_name(kernel: KernelDeclaration) -> str:
    """Return the name to ask for: a template needs its arguments."""
    return kernel.name if kernel.template is None else f"{kernel.name}<{kernel.template}>"


_OBJECTS = {"cudaTextureObject_t": "texture", "cudaSurfaceObject_t": "surface"}
_IMAGE_EXTENT = 1024


def _object(parameter: DeclaredParameter) -> str | None:
    """Return `texture` or `surface` for a parameter that is one."""
    return next((kind for name, kind in _OBJECTS.items() if name in parameter.type), None)


def _toml_argument(parameter: DeclaredParameter) -> str:
    if kind := _object(parameter):
        array = f'type = "float32", shape = [{_IMAGE_EXTENT}, {_IMAGE_EXTENT}], fill = "random"'
        return f'{{ name = "{parameter.name}", {kind} = {{}}, {array} }}'
    element = _element_type(parameter)
    if "*" in parameter.type:
        rest = f'shape = [{_ELEMENT_COUNT}], fill = "random"'
    else:
        rest = f"value = {_value(element)}"
    return f'{{ name = "{parameter.name}", type = "{element}", {rest} }}'


def _inline_argument(parameter: DeclaredParameter) -> str:
    if kind := _object(parameter):
        return f"{parameter.name}={kind}:float32[{_IMAGE_EXTENT},{_IMAGE_EXTENT}]:random"
    element = _element_type(parameter)
    if "*" in parameter.type:
        return f"{parameter.name}={element}[{_ELEMENT_COUNT}]:random"
    return f"{parameter.name}={element}:{_value(element)}"


def _element_type(parameter: DeclaredParameter) -> str:
    """Return the NumPy type of what is passed or pointed to; structures are given as floats."""
    words = re.sub(r"\b(const|volatile|std::)\b|[*&]|std::", " ", parameter.type)
    return _TYPES.get(" ".join(words.split()), "float32")


def _value(element: str) -> str:
    return {"bool": "true", "float16": "1.0", "float32": "1.0", "float64": "1.0"}.get(
        element, str(_ELEMENT_COUNT)
    )
