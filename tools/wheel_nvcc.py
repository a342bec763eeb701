"""Print the folder of the nvcc that pip installed: `make gate` compiles with it, not with the machine's."""

from pathlib import Path

from cuda import pathfinder


def main() -> None:
    """Print the folder, or nothing where there is none."""
    found = pathfinder.find_nvidia_binary_utility("nvcc")
    print(Path(found).parent if found else "")  # noqa: T201


if __name__ == "__main__":
    main()
