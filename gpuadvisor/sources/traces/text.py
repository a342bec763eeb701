"""Text out of strangers' files."""

_CONTROL = {*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)}
_VISIBLE = dict.fromkeys(_CONTROL, "\N{REPLACEMENT CHARACTER}")


def visible(text: str) -> str:
    """Return the text with control characters replaced: it is printed on terminals."""
    return text.translate(_VISIBLE)
