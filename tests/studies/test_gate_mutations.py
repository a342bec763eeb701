"""A bounded part of the study of mutations, and what the study itself rests on."""

import tomllib

import msgspec
import pytest

from gpuadvisor.devices.emulated import EmulatedDevice
from studies.mutations.bench import EXAMPLES
from studies.mutations.editing import Texts, apply
from studies.mutations.mutation import Edit, Mutation, Mutations, read_mutations
from studies.mutations.trying import Row, try_mutations, try_neutral_edits

TEXTS = Texts(
    source="__global__ void head(int* a)\n{\n    a[0] = 1;\n}\n"
    "__global__ void copy(int* a)\n{\n    a[0] = 1;\n}\n",
    launches='[[launch]]\nkernel = "head"\nblock = 32\n[[launch]]\nkernel = "copy"\nblock = 32\n',
)


@pytest.fixture(scope="module")
def all_tried() -> list[Mutations]:
    return read_mutations()


def tried(file: str, mutations: tuple[Mutation, ...] = (), kinds: tuple[str, ...] = ()) -> Mutations:
    """What is tried on a file, with only some mutations: those given, or those of the file by kind."""
    (found,) = read_mutations([file])
    return msgspec.structs.replace(
        found, mutation=mutations or tuple(each for each in found.mutation if each.kind in kinds)
    )


def rows(what: Mutations, kernel: str) -> list[Row]:
    return list(try_mutations(what, kernel, EmulatedDevice("h100", all_blocks=True)))


def test_every_kernel_gets_ten_that_must_be_caught(all_tried: list[Mutations]) -> None:
    caught = [
        (each.source, mutation.kernel)
        for each in all_tried
        for mutation in each.mutation
        if not mutation.missed
    ]
    launched = {
        (f"{path.stem}.cu", launch["kernel"])
        for path in EXAMPLES.glob("*.toml")
        if path.with_suffix(".cu").exists()
        for launch in tomllib.loads(path.read_text())["launch"]
    }
    assert set(caught) == launched
    assert {kernel: caught.count(kernel) for kernel in launched if caught.count(kernel) < 10} == {}


def test_every_edit_fits_its_example_and_changes_it(all_tried: list[Mutations]) -> None:
    for each in all_tried:
        launches = (EXAMPLES / each.source).with_suffix(".toml").read_text()
        texts = Texts(source=(EXAMPLES / each.file).read_text(), launches=launches)
        apply(texts, each.kernels[0], each.neutral.reordered)
        for mutation in each.mutation:
            original = apply(texts, mutation.kernel, mutation.given)
            assert apply(original, mutation.kernel, mutation.edits) != original, mutation


def test_slow_downs_of_a_transpose_are_caught() -> None:
    kinds = ("padding removed", "register cap")
    found = {row.name: row for row in rows(tried("transpose.cu", kinds=kinds), "transpose_padded")}
    assert {name: (row.end, row.promised) for name, row in found.items()} == {
        "padding removed": ("caught", True),
        "register cap": ("missed", True),
    }
    assert "shared_load.wavefronts (32 times)" in found["padding removed"].why


def test_an_atomic_instead_of_a_reduction_is_caught() -> None:
    kind = "atomic instead of the reduction"
    (found,) = rows(tried("reduction.cu", kinds=(kind,)), "reduce_sequential")
    assert (found.name, found.end, found.promised) == (kind, "caught", True)


@pytest.mark.parametrize("file", ["gather.cu", "shifted_copy.cu"])
def test_neutral_edits_pass(file: str) -> None:
    found = list(try_neutral_edits(tried(file, kinds=("float to double",))))
    assert len(found) >= 6
    assert [row for row in found if row.end != "passed"] == []


def test_what_is_not_as_promised_is_told() -> None:
    wanted = [
        ("out[i] = table[index[i]] ;", None, "missed", "no fact got worse"),
        ("out[i] = table[index[i] / 2];", None, "caught", "computes something else"),
        ("atomicExch(&out[i], table[index[i]]);", "as is said", "caught", "global_atomic.requests"),
        ("out[i] = nothing;", None, "missed", "does not run"),
    ]
    old = "out[i] = table[index[i]];"
    mutations = tuple(
        Mutation(kernel="gather", kind=new, edits=(Edit(old=old, new=new),), missed=missed)
        for new, missed, _, _ in wanted
    )
    for row, (_, _, end, why) in zip(rows(tried("gather.cu", mutations), "gather"), wanted, strict=True):
        assert (row.end, row.promised) == (end, False)
        assert why in row.why


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(old="= 1", new="= 2"), ("a[0] = 1;|a[0] = 2;", "32|32")),
        (Edit(old="= 1", new="= 2", area="source"), ("a[0] = 2;|a[0] = 2;", "32|32")),
        (Edit(old="32", new="64", area="launch"), ("a[0] = 1;|a[0] = 1;", "32|64")),
        (Edit(old="32", new="64", area="launches"), ("a[0] = 1;|a[0] = 1;", "64|64")),
    ],
)
def test_edits_stay_in_their_area(edit: Edit, expected: tuple[str, str]) -> None:
    texts = apply(TEXTS, "copy", [edit])
    sources = [line.strip() for line in texts.source.splitlines() if "a[0]" in line]
    blocks = [line.split()[-1] for line in texts.launches.splitlines() if "block" in line]
    assert ("|".join(sources), "|".join(blocks)) == expected


def test_an_edit_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not occur in the kernel"):
        apply(TEXTS, "copy", [Edit(old="a[1]", new="a[2]")])
