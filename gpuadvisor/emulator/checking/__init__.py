"""The correctness check: shadows of memory that tell what threads must not do."""
