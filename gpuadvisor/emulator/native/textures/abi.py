"""What Python and the machine code share of images: what they are, and what was counted of them."""

from enum import IntEnum, IntFlag

import numpy as np

MOST_TAPS = 8
"""Texels of a fetch that filters in three dimensions."""
MOST_SECTORS = 32 * MOST_TAPS
QUERIES = (
    "width",
    "height",
    "depth",
    "array_size",
    "channel_data_type",
    "channel_order",
    "normalized_coords",
    "num_mipmap_levels",
    "num_samples",
)
"""What can be asked of an image, in the order in which `IMAGE` keeps the answers."""


class Content(IntEnum):
    """What fetches make of the channels of texels."""

    INTEGER = 0
    """Themselves."""
    FLOAT = 1
    HALF = 2
    FRACTION = 3
    """Integers as fractions of their largest value."""


class Mode(IntEnum):
    """What coordinates outside of a texture stand for; those from WRAP on repeat it."""

    CLAMP = 0
    BORDER = 1
    WRAP = 2
    MIRROR = 3


class Kind(IntEnum):
    """What instructions take an image for."""

    TEXTURE = 0
    SURFACE = 1
    INTEGER_TEXTURE = 2
    """Which yields integers."""
    FLOAT_TEXTURE = 3


class Bounds(IntEnum):
    """What becomes of an access outside of a surface."""

    TRAP = 0
    CLAMP = 1
    ZERO = 2


class How(IntFlag):
    """How a fetch finds texels and what it returns of them; the component to gather stands above."""

    FILTERED = 0
    WHOLE = 1
    """At whole coordinates."""
    GATHERED = 2
    """One component of the texels that linear filtering would read."""
    CUBE = 4


COMPONENT_SHIFT = 3

IMAGE = np.dtype(
    [
        ("position", "<u8"),
        ("largest", "<f8"),
        ("kinds", "<u4"),
        ("geometries", "<u4"),
        ("content", "<u4"),
        ("is_signed", "<u4"),
        ("is_linear", "<u4"),
        ("is_normalized", "<u4"),
        ("element_bytes", "<u4"),
        ("texel_bytes", "<u4"),
        ("channels", "<u4"),
        ("row_bytes", "<u4"),
        ("last_layer", "<u4"),
        ("extents", "<u4", (3,)),
        ("modes", "<u4", (3,)),
        ("answers", "<u4", (len(QUERIES),)),
    ]
)
"""A texture or surface object; `position` is that of its first texel in global memory.

`kinds` are those of `Kind` that it is, and `geometries` those of `GEOMETRIES` that describe it, as bits. It
is all zero where its memory is gone. `largest` is the largest value of an integer type. Extents that it does
not have are one. `last_layer` of a cubemap numbers cubes.
"""

IMAGE_COUNTED = ("requests", "active_threads", "sectors", "ideal_sectors", "distinct_bytes")
"""What a site of images counts, in this order."""

IMAGE_SITE = np.dtype(
    [
        ("total", "<i8", (len(IMAGE_COUNTED),)),
        ("each", "<i8", (len(IMAGE_COUNTED),)),
        ("lowest", "<u8"),
        ("largest_bytes", "<u4"),
        ("loads", "<u4"),
        ("stores", "<u4"),
        ("taps", "<u4"),
        ("size", "<u4"),
        ("base", "<u4"),
        ("sector_count", "<u4"),
        ("padding", "<u4"),
        ("insides", "<u4", (MOST_TAPS,)),
        ("offsets", "<u4", (MOST_TAPS, 32)),
        ("sectors", "<i4", (MOST_SECTORS,)),
    ]
)
"""One instruction on images.

`lowest` is the lowest position of an image whose texels were touched, `largest_bytes` the most that a thread
touched at once. `each` is what a request counts that looks like the last one that had to be counted: with its
`taps` of `size` bytes, their lanes `insides` and `offsets` from `base`, and sectors that far from the base's.
"""
