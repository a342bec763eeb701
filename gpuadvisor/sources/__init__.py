"""One module per kind of input; each yields kernel or timeline profiles."""
