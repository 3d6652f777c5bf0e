"""Uses a stance model: statements in, predictions out, in Python and on the command line; needs no torch."""
