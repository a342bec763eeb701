"""The sites of images: as they are at first, and what they counted."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.observe import Record
from gpuadvisor.emulator.counting.texels import ImageOperation, ImageSpace, TexelTally
from gpuadvisor.emulator.memory import BASE_ADDRESS
from gpuadvisor.emulator.native.plan import ImageSite, Plan
from gpuadvisor.emulator.native.textures.abi import IMAGE_COUNTED, IMAGE_SITE

_NOWHERE = np.iinfo(np.uint64).max


def new_sites(sites: Sequence[ImageSite]) -> NDArray[Any]:
    """Return sites that have counted nothing."""
    records = np.zeros(len(sites), IMAGE_SITE)
    records["lowest"] = _NOWHERE
    records["loads"] = [site.operation != "store" for site in sites]
    records["stores"] = [site.operation != "load" for site in sites]
    return records


def fill_images(record: Record, plan: Plan, parts: Sequence[NDArray[Any]]) -> None:
    """Add what the sites of all parts counted to a record."""
    for number, site in enumerate(plan.image_sites):
        sites = np.stack([part[number] for part in parts])
        counted = dict(zip(IMAGE_COUNTED, sites["total"].sum(axis=0).tolist(), strict=True))
        if counted["requests"]:
            tally = _tally(site, sites, counted)
            record.images[site.pc, site.operation] = tally


def _tally(site: ImageSite, sites: NDArray[Any], counted: dict[str, int]) -> TexelTally:
    tally = TexelTally(cast(ImageSpace, site.space), cast(ImageOperation, site.operation))
    for name, count in counted.items():
        setattr(tally, name, count)
    tally.bytes_per_thread = int(sites["largest_bytes"].max())
    lowest = int(sites["lowest"].min())
    tally.lowest_address = None if lowest == _NOWHERE else BASE_ADDRESS + lowest
    return tally
