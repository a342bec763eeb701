"""Instructions that move no data here are counted, and the report that a user reads says what is missing."""

import sys
from pathlib import Path

import pytest

from gpuadvisor.cli.main import run

MODULE = """
.version 8.7
.target sm_100a
.address_size 64
.visible .entry tensors(.param .align 64 .b8 map[128], .param .u64 out)
{
    .reg .b32 %r<8>; .reg .b64 %rd<8>; .reg .f32 %f<8>; .reg .pred %p<4>;
    .shared .align 128 .b8 tile[1024]; .shared .align 8 .b64 full; .shared .align 4 .b32 where;
    mov.u32 %r0, %tid.x; setp.eq.u32 %p1, %r0, 0;
    ld.param.u64 %rd1, [out]; cvta.to.global.u64 %rd1, %rd1; mad.wide.u32 %rd1, %r0, 4, %rd1;
    mov.u64 %rd2, map; cvta.param.u64 %rd2, %rd2;
    @%p1 mbarrier.init.shared::cta.b64 [full], 1;
    bar.sync 0;
    @%p1 cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes
        [tile], [%rd2, {0, 0}], [full];
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 %rd3, [full], 1024;
wait:
    mbarrier.try_wait.parity.shared::cta.b64 %p2, [full], 0;
    @!%p2 bra wait;
    wgmma.fence.sync.aligned;
    wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f0, %f1, %f2, %f3}, %rd4, %rd5, 1, 1, 1, 0, 0;
    wgmma.commit_group.sync.aligned;
    wgmma.wait_group.sync.aligned 0;
    tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [where], 32;
    tcgen05.ld.sync.aligned.32x32b.x1.b32 {%r2}, [%r1];
    st.global.u32 [%rd1], %r0;
    ret;
}
"""
LAUNCH = """
[[launch]]
kernel = "tensors"
grid = 2
block = 128
args = [ { name = "map", bytes = "MAP" }, { name = "out", type = "uint32", shape = 128, fill = "zeros" } ]
""".replace("MAP", "00 " * 128)


def test_the_report_says_what_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / "tensors.ptx").write_text(MODULE)
    (tmp_path / "tensors.toml").write_text(LAUNCH)
    monkeypatch.setattr(sys, "argv", ["gpuadvisor", "analyze", "tensors.ptx", "--device", "emulated:b200"])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 0
    report = " ".join(capsys.readouterr().out.split())
    for name in ("wgmma", "tcgen05", "a copy by tensor map (cp.async.bulk.tensor)"):
        assert f"{name} is counted as an instruction only: the data it moves and computes is not" in report
