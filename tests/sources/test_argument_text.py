import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.argument_text import parse_argument, parse_arguments
from gpuadvisor.sources.arguments import ArgumentSpec


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "out=float32[2048,2048]:zeros",
            ArgumentSpec(name="out", type="float32", shape=(2048, 2048), fill="zeros"),
        ),
        (
            "in=uint8[16]:randint(0,4)",
            ArgumentSpec(name="in", type="uint8", shape=(16,), fill="randint(0,4)"),
        ),
        ("n=int32:2048", ArgumentSpec(name="n", type="int32", value=2048)),
        ("n=int64:-1", ArgumentSpec(name="n", type="int64", value=-1)),
        ("mask=uint32:0xff", ArgumentSpec(name="mask", type="uint32", value=255)),
        ("a=float32:2.5e-3", ArgumentSpec(name="a", type="float32", value=0.0025)),
        ("on=bool:true", ArgumentSpec(name="on", type="bool", value=True)),
        ("x=data/points.npy", ArgumentSpec(name="x", fill="data/points.npy")),
        (
            "x=int8[4,2]:points.npy",
            ArgumentSpec(name="x", type="int8", shape=(4, 2), fill="points.npy"),
        ),
        ("edge=out+11", ArgumentSpec(name="edge", pointer="out+11")),
        ("edge=null", ArgumentSpec(name="edge", pointer="null")),
        ("v=float4:1,2,3,4.5", ArgumentSpec(name="v", type="float4", value=(1, 2, 3, 4.5))),
    ],
)
def test_forms(text: str, expected: ArgumentSpec) -> None:
    assert parse_argument(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("n", "not an argument"),
        ("n=2048", "not an argument"),
        ("n=int:2048", "unknown type 'int'"),
        ("n=int32:many", "many"),
        ("out=float32[2,x]:zeros", "x"),
        ("out=float32[0]:zeros", "empty shape"),
    ],
)
def test_mistakes_show_the_argument_and_the_forms(text: str, words: str) -> None:
    with pytest.raises(GpuAdvisorError) as caught:
        parse_argument(text)
    assert text in str(caught.value)
    assert words in str(caught.value)
    assert "NAME=TYPE[SHAPE]:FILL" in str(caught.value)


def test_two_arguments_of_one_name_are_refused() -> None:
    with pytest.raises(GpuAdvisorError, match="several arguments are called 'a'"):
        parse_arguments(["a=int32:1", "b=int32:1", "a=int32:2"])


@pytest.mark.parametrize("text", ["a=float32[x]:zeros", "a=float32[]:zeros", "n=int32:three"])
def test_mistakes_are_said_in_words_of_ours(text: str) -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        parse_argument(text)
    assert "literal" not in str(raised.value)
    assert "convert" not in str(raised.value)
