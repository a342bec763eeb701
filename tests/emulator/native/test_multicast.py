"""Copies in bulk to several blocks of the cluster."""

import numpy as np
import pytest

from tests.emulator.harness import execute
from tests.emulator.native.clusters import BULK, NEXT, RESULT, SYNC, launched, outcome_of, program_of


@pytest.mark.parametrize("mask", [0b0001, 0b1010, 0b1111, 0])
def test_copies_to_several_blocks(mask: int) -> None:
    body = f"""{NEXT} .reg .b16 %h<2>; mov.b16 %h1, {mask}; setp.eq.u32 %p1, %r0, 0;
    @%p1 mbarrier.init.shared::cta.b64 [bar], 1;
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 768; {SYNC}
    setp.eq.u32 %p3, %r1, 2; and.pred %p2, %p1, %p3;
    @%p2 {BULK}.multicast::cluster [data], [%rd0+3072], 768, [bar], %h1; {SYNC}
    ld.shared.u64 %rd4, [bar]; shr.u64 %rd5, %rd4, 63; ld.shared.u64 %rd3, [%r6]; add.u64 %rd3, %rd3, %rd5;
    {RESULT}"""
    source = np.arange(100, 292, dtype=np.uint64)
    words = np.concatenate([np.zeros(8 * 48, np.uint64), source])
    launch = launched(4, 48, 4)
    outcome = execute(program_of(body), "k", launch, [words])
    given = outcome.arrays[0][: 4 * 48].reshape(4, 48)
    copied = source[::2][:48] + 1
    assert [bool((row == copied).all()) for row in given] == [bool(mask >> rank & 1) for rank in range(4)]


def test_a_copy_by_tensor_map_lets_all_blocks_go_on() -> None:
    copy = (
        "cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster"
    )
    body = f"""{NEXT} .reg .b16 %h<2>; mov.b16 %h1, 0xF; setp.eq.u32 %p1, %r0, 0;
    @%p1 mbarrier.init.shared::cta.b64 [bar], 1;
    @%p1 mbarrier.arrive.expect_tx.shared::cta.b64 _, [bar], 768; {SYNC}
    setp.eq.u32 %p3, %r1, 1; and.pred %p2, %p1, %p3;
    @%p2 {copy} [data], [%rd0, {{0}}], [bar], %h1; {SYNC}
    ld.shared.u64 %rd4, [bar]; shr.u64 %rd3, %rd4, 63; {RESULT}"""
    assert (outcome_of(body).arrays[0] == 1).all()
