"""The tables of families, and which of them are of one opcode."""

from functools import cache
from pathlib import Path


@cache
def rows(table: str) -> list[str]:
    """Return the families of a table, as PTX writes them but with all types last."""
    lines = (Path(__file__).parent / "tables" / f"{table}.tsv").read_text().splitlines()
    head, *body = [line.split("\t") for line in lines if not line.startswith("#")]
    named = head.index("count_sm80")
    return [".".join(filter(None, row[:named])) for row in body]


def families(*opcodes: str) -> list[str]:
    """Return the families of some opcodes."""
    return [row for row in rows("ptx-families") if row.partition(".")[0] in opcodes]
