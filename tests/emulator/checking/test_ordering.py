import numpy as np

from gpuadvisor.emulator.checking.ordering import Ordering

EVERYONE = np.arange(64)


def since(order: Ordering, thread: int, others_warp: int) -> int:
    return int(order.since(np.array([thread]), np.array([others_warp]))[0])


def test_a_barrier_orders_all_who_passed_it_after_what_went_before() -> None:
    order = Ordering(64)
    stamp = order.now
    order.wait_for_block(EVERYONE)
    assert since(order, 3, 0) >= stamp
    assert since(order, 3, 1) >= stamp
    assert order.now > since(order, 3, 1)


def test_lanes_that_meet_are_ordered_within_their_warp_alone() -> None:
    order = Ordering(64)
    stamp = order.now
    order.wait_for_warp(EVERYONE[:32])
    assert since(order, 3, 0) >= stamp
    assert since(order, 3, 1) < stamp
    assert since(order, 40, 1) < stamp


def test_who_did_not_wait_is_not_ordered() -> None:
    order = Ordering(64)
    stamp = order.now
    order.wait_for_block(EVERYONE[:32])
    assert since(order, 40, 0) < stamp
