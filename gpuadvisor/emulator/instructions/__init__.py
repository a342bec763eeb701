"""What the executor does itself, by family: memory, atomics, control flow, barriers, moves."""
