"""Instructions belong to the line they were written on, or to the line that called the library."""

import pytest

from gpuadvisor.emulator.decoder import decode

PTX = """
.version 8.0
.target sm_90
.address_size 64
.visible .entry k()
{
  .reg .b32 %r<9>;
  .loc 1 5 0
  mov.u32 %r0, 0;
  .loc 1 8 5
  .loc 2 509 9, function_name $L__info_string0, inlined_at 1 8 5
  .loc 3 97 13, function_name $L__info_string1 + 12, inlined_at 2 509 9
  mov.u32 %r1, 1;
  .loc 1 0 0
  mov.u32 %r2, 2;
  .loc 1 4 34, function_name $L__info_string3, inlined_at 1 10 5
  mov.u32 %r3, 3;
  .loc 3 70 1
  mov.u32 %r4, 4;
  ret;
}
.file 1 "k.cu"
.file 2 "/lib/groups.h"
.file 3 "/lib/helpers.h"
"""


@pytest.mark.parametrize(
    ("libraries", "places"),
    [
        ((), ["k.cu:5", "/lib/helpers.h:97", "/lib/helpers.h:97", "k.cu:4", "/lib/helpers.h:70"]),
        (
            ("/lib/helpers.h",),
            ["k.cu:5", "/lib/groups.h:509", "/lib/groups.h:509", "k.cu:4", "/lib/helpers.h:70"],
        ),
        (("/lib/helpers.h", "/lib/groups.h"), ["k.cu:5", "k.cu:8", "k.cu:8", "k.cu:4", "/lib/helpers.h:70"]),
    ],
)
def test_inlined_library_code_belongs_to_its_caller(libraries: tuple[str, ...], places: list[str]) -> None:
    kernel = decode(PTX, lambda file: file in libraries).kernels["k"]
    assert [str(each.source) for each in kernel.instructions[:-1]] == places
