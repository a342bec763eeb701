"""What is known and may stay until a day."""

import datetime as dt
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from gpuadvisor.gating.configuration import Accepted
from gpuadvisor.model.gate import Check


def accept(check: Check, accepted: Sequence[Accepted], today: dt.date, used: set[int]) -> Check:
    """Return the check as accepted where an entry that has not expired covers its failure."""
    if check.outcome != "fail":
        return check
    for number, entry in enumerate(accepted):
        if fnmatchcase(check.item, entry.item) and fnmatchcase(check.fact, entry.fact):
            used.add(number)
            if today <= entry.expires:
                message = f"{check.message} (accepted until {entry.expires}: {entry.reason})"
                return msgspec.structs.replace(check, outcome="accepted", message=message)
            message = f"{check.message} (accepted only until {entry.expires}: {entry.reason})"
            return msgspec.structs.replace(check, message=message)
    return check


def stale(accepted: Sequence[Accepted], used: set[int], today: dt.date) -> Iterator[str]:
    """Yield a note for every entry that covers nothing any more."""
    for number, entry in enumerate(accepted):
        if number not in used:
            end = "" if today <= entry.expires else " and has expired"
            yield f"[[accept]] {entry.fact} of {entry.item} covers nothing any more{end}; remove it"
