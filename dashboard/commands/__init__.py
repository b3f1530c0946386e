"""One module a command of `bordergap`; each holds a click command named `command`."""
