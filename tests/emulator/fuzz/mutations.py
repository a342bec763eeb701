"""Random damage to PTX: tokens, modifiers, numbers, and whole lines."""

import re
from collections.abc import Callable
from random import Random

_TOKEN = re.compile(r"[\w$%.:]+|[^\w\s]")
_ODD = (
    *("0", "-1", "1", "17", "4294967295", "0x7fffffffffffffff", "0f7FC00000", "0dFFF8000000000000", "1e400"),
    *("%r1", "%rd1", "%f1", "%p1", "%tid.x", "%nosuch", "_", "{", "}", "[", "]", ",", ";", "<", '"', "\\"),
    *(".b128", ".u8", ".f64", ".pred", ".v4", ".shared", ".local", ".const", ".global", ".param", ".sat"),
    *("@%p1", "@!%p2", "ret", "call", "bar.sync", "exit", "trap", "\N{SNOWMAN}", "\x00"),
)
_MOST = 3


def mutate(text: str, random: Random, others: tuple[str, ...]) -> str:
    """Return the text with one to three mutations; foreign tokens and lines come from `others`."""
    lines = text.splitlines()
    for _ in range(random.randint(1, _MOST)):
        if lines:
            random.choice(_MUTATIONS)(lines, random, random.choice(others))
    return "\n".join(lines)


def _replace_token(lines: list[str], random: Random, other: str) -> None:
    _edit_token(lines, random, lambda _: random.choice(_TOKEN.findall(other)))


def _replace_by_odd(lines: list[str], random: Random, _: str) -> None:
    _edit_token(lines, random, lambda _: random.choice(_ODD))


def _drop_token(lines: list[str], random: Random, _: str) -> None:
    _edit_token(lines, random, lambda _: "")


def _change_modifier(lines: list[str], random: Random, other: str) -> None:
    """Exchange one dotted part of a token, as `add.f32` for `add.u64`."""

    def changed(token: str) -> str:
        parts = token.split(".")
        foreign = random.choice(_TOKEN.findall(other)).split(".")
        parts[random.randrange(len(parts))] = random.choice(foreign)
        return ".".join(parts)

    _edit_token(lines, random, changed)


def _change_number(lines: list[str], random: Random, _: str) -> None:
    """Put another number in the place of one, near to it or far away."""
    line = random.randrange(len(lines))
    numbers = list(re.finditer(r"\d+", lines[line]))
    if numbers:
        found = random.choice(numbers)
        near = int(found.group()[:18]) + random.choice((-1, 1, 3))
        number = random.choice((str(near), str(random.getrandbits(random.choice((4, 31, 33, 65))))))
        lines[line] = lines[line][: found.start()] + number + lines[line][found.end() :]


def _drop_line(lines: list[str], random: Random, _: str) -> None:
    del lines[random.randrange(len(lines))]


def _repeat_line(lines: list[str], random: Random, _: str) -> None:
    lines.insert(random.randrange(len(lines)), random.choice(lines))


def _foreign_line(lines: list[str], random: Random, other: str) -> None:
    lines.insert(random.randrange(len(lines)), random.choice(other.splitlines()))


def _swap_lines(lines: list[str], random: Random, _: str) -> None:
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]


def _cut(lines: list[str], random: Random, _: str) -> None:
    del lines[random.randrange(len(lines)) :]


def _edit_token(lines: list[str], random: Random, edit: Callable[[str], str]) -> None:
    line = random.randrange(len(lines))
    tokens = list(_TOKEN.finditer(lines[line]))
    if tokens:
        found = random.choice(tokens)
        lines[line] = lines[line][: found.start()] + edit(found.group()) + lines[line][found.end() :]


_MUTATIONS = (
    *(_replace_token, _replace_by_odd, _change_modifier, _change_number) * 4,
    *(_drop_token, _drop_line, _repeat_line, _foreign_line, _swap_lines) * 2,
    _cut,
)
