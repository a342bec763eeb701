"""Seeded changes to the kernels of examples/: those that make them slower, and those that must not matter.

Each TOML file beside this one holds those of one example: `source`, `[[mutation]]` for the slow-downs and
`[neutral]` for what renaming and reordering need to know of the source.
"""
