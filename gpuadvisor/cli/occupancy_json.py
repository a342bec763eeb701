"""The answer of `gpuadvisor occupancy` as JSON: the fields of `Occupancy`, what was asked, what-ifs."""

import msgspec

from gpuadvisor.compiler.occupancy_tables import Tables


def encode(found: Tables) -> bytes:
    """Return the indented document."""
    document = msgspec.to_builtins(found.occupancy) | {
        "configuration": found.configuration,
        "what_if": {
            "threads_per_block": found.threads_per_block,
            "registers_per_thread": found.registers_per_thread,
            "dynamic_shared_bytes": found.dynamic_shared_bytes,
        },
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2)
