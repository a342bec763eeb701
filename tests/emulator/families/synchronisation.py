"""Barriers, fences, asynchronous copies and what waits for them."""

import numpy as np

from tests.emulator.families.case import Case, in_groups
from tests.emulator.families.kinds import LANES, values

_BARRIER = ".shared .align 8 .b64 mbar;\n"
_WORDS = values("u32", "words")


def _handed_on(text: str, family: str = "") -> Case:
    """Return a case in which each lane reads what the lane after it wrote to shared memory before `text`."""
    body = f""".reg .b64 %s; .reg .b64 %o; .reg .b32 %v; .reg .b32 %n;
    mad.wide.u32 %o, %lane, 4, %in; ld.global.u32 %v, [%o+$0];
    mov.u64 %s, scratch; mad.wide.u32 %o, %lane, 4, %s; st.shared.u32 [%o], %v;
    {text}
    add.u32 %n, %lane, 1; and.b32 %n, %n, 31; mad.wide.u32 %o, %n, 4, %s; ld.shared.u32 %v, [%o];
    mad.wide.u32 %o, %lane, 4, %out; st.global.u32 [%o+$out], %v;"""
    return Case(family or text.partition(" ")[0].rstrip(";"), body, (_WORDS,), np.roll(_WORDS, -1))


_CLUSTER = Case(
    "barrier.cluster.arrive",
    _handed_on("barrier.cluster.arrive; barrier.cluster.wait;", "barrier.cluster.arrive").body,
    (_WORDS,),
    np.roll(_WORDS, -1),
    also=("barrier.cluster.wait",),
)
_VOTE = Case(
    "bar.red.or.pred",
    """.reg .pred %p; .reg .pred %q; .reg .b32 %v; .reg .b64 %o;
    setp.eq.u32 %p, %lane, 17; bar.red.or.pred %q, 0, %p; selp.u32 %v, 5, 6, %q;
    mad.wide.u32 %o, %lane, 4, %out; st.global.u32 [%o+$out], %v;""",
    (),
    np.full(LANES, 5, np.uint32),
)


def _copied(width: int, operator: str, wait: str, *also: str) -> Case:
    """Return a case in which each lane copies `width` bytes to shared memory and back."""
    family = f"cp.async.{operator}.shared.global"
    content = np.arange(LANES * width, dtype=np.uint8)
    words = "{%w0, %w1, %w2, %w3}" if width == 16 else "%w0"
    access = "v4.b32" if width == 16 else "b32"
    body = f""".reg .b64 %s; .reg .b64 %o; .reg .b32 %w0, %w1, %w2, %w3; .reg .pred %p; .reg .pred %q;
    mov.u64 %s, scratch; mad.wide.u32 %s, %lane, {width}, %s;
    mad.wide.u32 %o, %lane, {width}, %in; add.u64 %o, %o, $0;
    {family} [%s], [%o], {width}; {wait}
    ld.shared.{access} {words}, [%s];
    mad.wide.u32 %o, %lane, {width}, %out; st.global.{access} [%o+$out], {words};"""
    return Case(family, body, (content,), content, before=_BARRIER, also=also)


_ARRIVING = """setp.eq.u32 %q, %lane, 0; @%q mbarrier.init.shared.b64 [mbar], 32; bar.warp.sync 0xffffffff;
    cp.async.mbarrier.arrive.shared.b64 [mbar];"""
_PHASES = Case(
    "mbarrier.init.shared.b64",
    """.reg .pred %p<7>; .reg .b64 %s; .reg .b64 %o; .reg .b32 %v; .reg .b32 %w;
    setp.eq.u32 %p0, %lane, 0; @%p0 mbarrier.init.shared.b64 [mbar], 32; bar.warp.sync 0xffffffff;
    mbarrier.test_wait.parity.shared.b64 %p1, [mbar], 0;
    mbarrier.arrive.shared.b64 %s, [mbar];
    mbarrier.test_wait.shared.b64 %p2, [mbar], %s; mbarrier.try_wait.shared.b64 %p3, [mbar], %s;
    mbarrier.try_wait.parity.shared.b64 %p4, [mbar], 1;
    mbarrier.arrive.shared::cta.b64 %s, [mbar];
    mbarrier.try_wait.parity.shared.b64 %p5, [mbar], 1; mbarrier.test_wait.parity.shared.b64 %p6, [mbar], 0;
    bar.warp.sync 0xffffffff; @%p0 mbarrier.inval.shared.b64 [mbar];
    selp.u32 %v, 1, 0, %p1; selp.u32 %w, 2, 0, %p2; or.b32 %v, %v, %w;
    selp.u32 %w, 4, 0, %p3; or.b32 %v, %v, %w;
    selp.u32 %w, 8, 0, %p4; or.b32 %v, %v, %w; selp.u32 %w, 16, 0, %p5; or.b32 %v, %v, %w;
    selp.u32 %w, 32, 0, %p6; or.b32 %v, %v, %w;
    mad.wide.u32 %o, %lane, 4, %out; st.global.u32 [%o+$out], %v;""",
    (),
    # A parity names the current phase or the one before. Phase 0 is over once all have arrived (2, 4), not
    # before (1), and phase 1 not yet (8); then phase 1 is over too (16), and parity 0 means phase 2 (32).
    np.full(LANES, 2 + 4 + 16, np.uint32),
    before=_BARRIER,
    also=(
        "mbarrier.arrive.shared.b64",
        "mbarrier.arrive.shared::cta.b64",
        "mbarrier.test_wait.shared.b64",
        "mbarrier.try_wait.shared.b64",
        "mbarrier.test_wait.parity.shared.b64",
        "mbarrier.try_wait.parity.shared.b64",
        "mbarrier.inval.shared.b64",
    ),
)
_BULK = Case(
    "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes",
    """.reg .pred %p; .reg .pred %q; .reg .b64 %s; .reg .b64 %o; .reg .b32 %v;
    setp.eq.u32 %q, %lane, 0; @%q mbarrier.init.shared.b64 [mbar], 1; bar.warp.sync 0xffffffff;
    add.u64 %o, %in, $0; mov.u64 %s, scratch;
    @%q mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [mbar], 128;
    @%q mbarrier.arrive.shared.b64 _, [mbar];
    mbarrier.test_wait.parity.shared.b64 %p, [mbar], 0; @%p trap;
    @%q cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%s], [%o], 128, [mbar];
again:
    mbarrier.try_wait.parity.shared.b64 %p, [mbar], 0; @!%p bra again;
    mad.wide.u32 %s, %lane, 4, %s; ld.shared.u32 %v, [%s];
    mad.wide.u32 %o, %lane, 4, %out; st.global.u32 [%o+$out], %v;""",
    (_WORDS,),
    _WORDS,
    before=_BARRIER,
    also=("mbarrier.expect_tx.relaxed.cta.shared::cta.b64",),
)
CASES = [
    *map(
        _handed_on,
        (
            "bar.sync 0;",
            "bar.warp.sync 0xffffffff;",
            "barrier.sync 1, 32;",
            "membar.cta;",
            "membar.gl;",
            "fence.sc.cta;",
            "nanosleep.u32 100;",
            "griddepcontrol.wait;",
            "griddepcontrol.launch_dependents;",
        ),
    ),
    _CLUSTER,
    _VOTE,
    _copied(
        16,
        "cg",
        "cp.async.commit_group; cp.async.wait_group 0;",
        "cp.async.commit_group",
        "cp.async.wait_group",
    ),
    _copied(4, "ca", _ARRIVING, "cp.async.mbarrier.arrive.shared.b64"),
    _PHASES,
    _BULK,
]
GROUPS = in_groups(CASES)
