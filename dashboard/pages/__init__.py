"""One module a page: a layout and thin callbacks."""
