"""What became of one look: seen, absent, or broken in one of the ways in which things break."""

import msgspec

NOTHING = msgspec.Raw(b"null")


class Seen(msgspec.Struct, frozen=True, tag="seen"):
    """It answered; `value` is the JSON of what its look returns."""

    value: msgspec.Raw


class Absent(msgspec.Struct, frozen=True, tag="absent"):
    """It is not installed."""


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """It is installed and cannot be used."""

    reason: str
    """Why, in one line."""


class Late(msgspec.Struct, frozen=True, tag="late"):
    """It had not answered when the time was up."""

    limit_seconds: float = 0.0
    glimpse: msgspec.Raw = NOTHING
    """The JSON of what could be told of it before it was begun."""


Outcome = Seen | Absent | Broken | Late


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome, and what the child process logged on the way."""

    outcome: Outcome
    log: str = ""


def encode(outcome: Outcome) -> bytes:
    """Return the outcome as JSON."""
    return msgspec.json.encode(outcome)


def decode(content: bytes) -> Outcome:
    """Return the outcome in `content`; raise msgspec.DecodeError where the child did not finish writing."""
    outcome: Outcome = msgspec.json.decode(content, type=Outcome)
    return outcome
