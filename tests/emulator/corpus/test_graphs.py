import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers, scalars

FILE = "graphs.cu"
DENSE = floats(1, (60, 60), np.float64) * (integers(2, (60, 60), 0, 12) == 0)
PRESENT = DENSE != 0
ROWS = np.concatenate([[0], PRESENT.sum(axis=1).cumsum()]).astype(np.int32)
COLUMNS = np.nonzero(PRESENT)[1].astype(np.int32)
EDGES = np.argwhere(PRESENT).astype(np.int32)
INFINITE = 2**31 - 1


@pytest.mark.parametrize(("kernel", "grid"), [("spmv_scalar", 1), ("spmv_vector", 30)])
def test_compressed_rows(run: Runner, kernel: str, grid: int) -> None:
    x, values = floats(3, 60), DENSE[PRESENT].astype(np.float32)
    y, *_ = run(FILE, kernel, grid, 64, np.zeros_like(x), ROWS, COLUMNS, values, x, np.int32(60))
    np.testing.assert_allclose(y, DENSE @ x, atol=1e-6)


def test_ell(run: Runner) -> None:
    width = PRESENT.sum(axis=1).max()
    columns, values = np.full((width, 60), -1, np.int32), np.zeros((width, 60))
    for row in range(60):
        (at,) = np.nonzero(PRESENT[row])
        columns[: at.size, row], values[: at.size, row] = at, DENSE[row, at]
    x = floats(4, 60, np.float64)
    y, *_ = run(FILE, "spmv_ell", 1, 64, np.zeros(60), columns, values, x, *scalars(np.int32, 60, width))
    np.testing.assert_allclose(y, DENSE @ x, atol=1e-14)


def test_breadth_first_search(run: Runner) -> None:
    expected = np.full(60, -1)
    frontier, depth = {0}, 0
    while frontier:
        expected[list(frontier)] = depth
        reached = {int(column) for node in frontier for column in np.flatnonzero(PRESENT[node])}
        frontier, depth = {node for node in reached if expected[node] < 0}, depth + 1
    level, *_ = run(
        FILE,
        "breadth_first",
        1,
        32,
        np.full(60, -1, np.int32),
        np.zeros(60, np.int32),
        ROWS,
        COLUMNS,
        np.int32(0),
    )
    np.testing.assert_array_equal(level, expected)


def test_shortest_paths_relax_until_nothing_changes(run: Runner) -> None:
    lengths = integers(5, len(EDGES), 1, 100)
    expected = np.full((60, 60), INFINITE, np.int64)
    expected[EDGES[:, 0], EDGES[:, 1]] = lengths
    expected[0, 0] = 0
    for middle in range(60):
        expected = np.minimum(expected, expected[:, [middle]] + expected[[middle], :])
    distance = np.full(60, INFINITE, np.int32)
    distance[0] = 0
    changed = np.ones(1, np.int32)
    edges = np.column_stack([EDGES, lengths]).astype(np.int32)
    while changed[0]:
        distance, _, changed = run(
            FILE, "relax", 4, 128, distance, edges, np.int32(len(edges)), np.zeros(1, np.int32)
        )
    np.testing.assert_array_equal(distance, np.minimum(expected[0], INFINITE))


def test_components(run: Runner) -> None:
    pairs = integers(6, (70, 2), 0, 100)
    label = np.arange(100)
    for _ in range(100):
        for a, b in pairs:
            label[[a, b]] = min(label[a], label[b])
    parent, _ = run(FILE, "components", 3, 32, np.arange(100, dtype=np.int32), pairs, np.int32(70))
    for _ in range(100):
        parent = parent[parent]
    np.testing.assert_array_equal(parent, label)


def test_hash_table(run: Runner) -> None:
    keys, empty = integers(7, 300, 0, 150, np.uint32), np.zeros((512, 2), np.uint32)
    empty[:, 0] = 0xFFFFFFFF
    table, _ = run(FILE, "table_insert", 3, 128, empty, np.uint32(511), keys, np.int32(300))
    asked = np.arange(200, dtype=np.uint32)
    out, *_ = run(
        FILE, "table_lookup", 2, 128, np.zeros_like(asked), table, np.uint32(511), asked, np.int32(200)
    )
    np.testing.assert_array_equal(out, np.bincount(keys, minlength=200))


def test_string_search(run: Runner) -> None:
    text = bytes(integers(8, 1000, ord("a"), ord("d"), np.uint8))
    needle = np.frombuffer(b"abca".ljust(16, b"\0"), np.uint8)
    first, matches, _ = run(
        FILE,
        "find_string",
        8,
        128,
        np.full(1, INFINITE, np.int32),
        np.zeros(1, np.int32),
        np.frombuffer(text, np.uint8),
        *scalars(np.int32, 1000, 4),
        symbols={"needle": needle},
    )
    assert first[0] == text.find(b"abca")
    assert matches[0] == sum(text.startswith(b"abca", at) for at in range(1000))


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [("kitten", "sitting", 3), ("flaw", "lawn", 2), ("", "abc", 3), ("intention", "execution", 5)],
)
def test_edit_distance(run: Runner, a: str, b: str, edits: int) -> None:
    words = [np.frombuffer(word.encode().ljust(16), np.uint8) for word in (a, b)]
    out, *_ = run(
        FILE, "edit_distance", 1, 64, np.zeros(1, np.int32), *words, *scalars(np.int32, len(a), len(b))
    )
    assert out[0] == edits
