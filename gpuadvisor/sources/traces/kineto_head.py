"""What a Kineto trace says of its process: devices and ranks."""

from typing import Any

from gpuadvisor.model.timeline import TimelineDevice


def whole(value: Any) -> int | None:  # noqa: ANN401
    """Return a value of JSON as a whole number of things, None if it is none."""
    return value if type(value) is int and 0 <= value < 2**53 else None


def ranks(information: Any) -> tuple[int | None, int | None]:  # noqa: ANN401
    """Return the process's rank and the number of ranks, as `distributedInfo` tells them."""
    if not isinstance(information, dict):
        return None, None
    return whole(information.get("rank")), whole(information.get("world_size"))


def backend(information: Any) -> str | None:  # noqa: ANN401
    """Return the library that collectives go through by default, as `distributedInfo` tells it."""
    found = information.get("backend") if isinstance(information, dict) else None
    return found if isinstance(found, str) else None


def devices(properties: Any) -> dict[int, TimelineDevice]:  # noqa: ANN401
    """Return the devices that `deviceProperties` describes, by their number."""
    described = properties if isinstance(properties, list) else []
    found = [_device(each) for each in described if isinstance(each, dict)]
    return {device.index: device for device in found if device is not None}


def _device(properties: dict[str, Any]) -> TimelineDevice | None:
    index, name = whole(properties.get("id")), properties.get("name")
    major, minor = whole(properties.get("computeMajor")), whole(properties.get("computeMinor"))
    if index is None:
        return None
    return TimelineDevice(
        index=index,
        name=name if isinstance(name, str) else None,
        compute_capability=None if major is None or minor is None else f"{major}.{minor}",
        multiprocessors=whole(properties.get("numSms")),
        memory_bytes=whole(properties.get("totalGlobalMem")),
    )
