"""Forms of texture and surface instructions that are refused, by name, when a thread executes them."""

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.textures.images import Sampling
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import execute, launch_of, ptx_kernel
from tests.emulator.textures.reference import image_of

V4 = "{%f1, %f2, %f3, %f4}"
R4 = "{%r1, %r2, %r3, %r4}"


@pytest.mark.parametrize(
    "instruction",
    [
        f"tex.2d.v4.f32.f32 {V4}, [%rd2, %rd3, {{%f5, %f6}}];",
        f"tex.2d.v4.f32.f32 {V4}, [%rd2, {{%f5, %f6}}], {{%r5, %r6}};",
        f"tex.2dms.v4.f32.s32 {V4}, [%rd2, {{%r5, %r6, %r7, %r8}}];",
        f"tex.2d.v4.f32.f64 {V4}, [%rd2, {{%f5, %f6}}];",
        "tex.2d.v2.f16x2.f32 {%r1, %r2}, [%rd2, {%f5, %f6}];",
        f"tex.cube.v4.f32.s32 {V4}, [%rd2, {{%r5, %r6, %r7, %r8}}];",
        f"tex.2d.v4.f32.f32 {V4}, [%rd2, {{%f5}}];",
        "tex.2d.v4.f32.f32 {%f1, %f2}, [%rd2, {%f5, %f6}];",
        f"tex.2d.v4.f32.f32 {V4}, %rd2;",
        f"tld4.r.3d.v4.f32.f32 {V4}, [%rd2, {{%f5, %f6, %f7, %f8}}];",
        f"tld4.2d.v4.f32.f32 {V4}, [%rd2, {{%f5, %f6}}];",
        "suld.p.2d.v4.b32.trap {%r1, %r2, %r3, %r4}, [%rd2, {%r5, %r6}];",
        "suld.b.2d.b128.trap {%rd4}, [%rd2, {%r5, %r6}];",
        "suld.b.2d.b32 {%r1}, [%rd2, {%r5, %r6}];",
        f"sust.p.2d.v4.b32 [%rd2, {{%r5, %r6}}], {R4};",
        "sust.p.2d.b64.trap [%rd2, {%r5, %r6}], %rd3;",
        "sured.p.add.2d.u32.trap [%rd2, {%r5, %r6}], %r1;",
        "sured.b.add.2d.f32.trap [%rd2, {%r5, %r6}], %f1;",
        "sured.b.xor.2d.u32.trap [%rd2, {%r5, %r6}], %r1;",
        "txq.level.width.b32 %r1, [%rd2], %r2;",
        "txq.filter_mode.b32 %r1, [%rd2];",
        "suq.memory_layout.b32 %r1, [%rd2];",
    ],
)
def test_refused(instruction: str) -> None:
    memory = GlobalMemory()
    handle, _ = image_of(memory, np.zeros((8, 8), np.float32), Sampling())
    program = ptx_kernel(f"ld.param.u64 %rd2, [p1];\n{instruction}", parameters=2)
    opcode = instruction.split()[0]
    with pytest.raises(GpuAdvisorError, match=f"^PTX line .*: {opcode} is not supported by the emulator"):
        execute(program, "k", launch_of(1, 1), [np.zeros(1), handle], memory=memory)


@pytest.mark.parametrize(
    "instruction",
    [
        f"tex.1d.v4.f32.f32 {V4}, [%rd2, {{%f5}}];",
        f"tex.a2d.v4.f32.f32 {V4}, [%rd2, {{%r5, %f5, %f6, %f6}}];",
        f"tex.cube.v4.f32.f32 {V4}, [%rd2, {{%f5, %f6, %f7, %f7}}];",
        f"tld4.r.cube.v4.f32.f32 {V4}, [%rd2, {{%f5, %f6, %f7, %f7}}];",
    ],
)
def test_another_geometry(instruction: str) -> None:
    memory = GlobalMemory()
    handle, _ = image_of(memory, np.zeros((8, 8), np.float32), Sampling())
    program = ptx_kernel(f"ld.param.u64 %rd2, [p1];\n{instruction}", parameters=2)
    with pytest.raises(GpuAdvisorError, match="is given a texture that is 2D of float32"):
        execute(program, "k", launch_of(1, 1), [np.zeros(1), handle], memory=memory)
