from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.memory import ALIGNMENT_BYTES, GlobalMemory
from gpuadvisor.model.errors import GpuAdvisorError


def locate(memory: GlobalMemory, addresses: list[int], size_bytes: int = 4) -> np.ndarray:
    lanes = np.arange(len(addresses), dtype=np.int64)
    store, positions = memory.locate(np.array(addresses, np.uint64), lanes, size_bytes, "load")
    return store.load(positions, size_bytes)


def test_buffers_are_aligned_zeroed_and_named() -> None:
    memory = GlobalMemory()
    addresses = [memory.allocate(100, f"b{number}") for number in range(3)]
    assert all(address % ALIGNMENT_BYTES == 0 for address in addresses)
    assert memory.read(addresses[1], 100) == bytes(100)
    assert [memory.name_of(address + 99) for address in addresses] == ["b0", "b1", "b2"]
    assert memory.name_of(addresses[0] + 100) is None


def test_offset_moves_a_buffer_off_the_boundary() -> None:
    memory = GlobalMemory()
    address = memory.allocate(64, "x", offset_bytes=44)
    assert address % ALIGNMENT_BYTES == 44
    with pytest.raises(ThreadFault, match="4 bytes before 'x'"):
        locate(memory, [address - 4])


def test_what_is_written_is_read() -> None:
    memory = GlobalMemory()
    address = memory.allocate(16)
    memory.write(address + 4, np.array([7, 8], np.uint32).tobytes())
    assert locate(memory, [address, address + 4, address + 8]).tolist() == [0, 7, 8]


def test_growing_keeps_the_content() -> None:
    memory = GlobalMemory()
    first = memory.allocate(8)
    memory.write(first, b"12345678")
    memory.allocate(3 << 20)
    assert memory.read(first, 8) == b"12345678"


def test_freed_memory_is_used_again_and_zeroed() -> None:
    memory = GlobalMemory()
    first = memory.allocate(1000)
    memory.allocate(1000)
    memory.write(first, b"x" * 1000)
    memory.free(first)
    again = memory.allocate(500)
    assert again == first
    assert memory.read(again, 500) == bytes(500)


@pytest.mark.parametrize(
    ("offset", "size", "message"),
    [
        (100, 4, "0 bytes past the end of 'x' of 100 bytes"),
        (108, 4, "8 bytes past the end of 'x'"),
        (-8, 4, "8 bytes before 'x'"),
        (96, 8, "crosses the end of 'x'"),
    ],
)
def test_accesses_outside_say_how_far(offset: int, size: int, message: str) -> None:
    memory = GlobalMemory()
    address = memory.allocate(100, "x")
    with pytest.raises(ThreadFault, match=message) as caught:
        locate(memory, [address, address + offset], size)
    assert caught.value.lane == 1


def test_access_between_two_buffers() -> None:
    memory = GlobalMemory()
    first, second = memory.allocate(256, "a"), memory.allocate(256, "b")
    assert locate(memory, [first, second + 252]).size == 2
    with pytest.raises(ThreadFault, match="past the end of 'a'"):
        locate(memory, [first, first + 256, second])


def test_misaligned_access() -> None:
    memory = GlobalMemory()
    address = memory.allocate(64)
    with pytest.raises(ThreadFault, match="not aligned to 8 bytes"):
        locate(memory, [address, address + 4], 8)


def test_no_buffers_at_all() -> None:
    with pytest.raises(ThreadFault, match="there is none"):
        locate(GlobalMemory(), [4096])


@pytest.mark.parametrize("action", ["read", "write", "free"])
def test_host_errors(action: str) -> None:
    memory = GlobalMemory()
    address = memory.allocate(16)
    with pytest.raises(GpuAdvisorError, match="buffer"):
        {
            "read": lambda: memory.read(address, 17),
            "write": lambda: memory.write(address + 8, bytes(9)),
            "free": lambda: memory.free(address + 1),
        }[action]()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3000), st.integers(0, 300)), max_size=30))
def test_buffers_never_touch(actions: list[tuple[bool, int, int]]) -> None:
    memory, live = GlobalMemory(), []
    for free, size, offset in actions:
        if free and live:
            memory.free(live.pop(size % len(live))[0])
        else:
            live.append((memory.allocate(size, offset_bytes=offset), size))
    ordered = sorted(live)
    for (address, size), (following, _) in pairwise(ordered):
        assert address + size + ALIGNMENT_BYTES <= following
