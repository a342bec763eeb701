"""The networks of examples/, trained for a short while: `make test-frameworks` has the frameworks."""
