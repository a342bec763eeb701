"""The entries of the fact catalogue, one module per part of the profiles."""
