"""Where the command starts: it can be interrupted from the first moment on."""

import os
import signal

INTERRUPTED = 130
"""The exit code after an interruption, as shells have it."""


def main() -> None:
    """Load the command line and run it.

    While it is loaded, an interruption ends the process there and then: a KeyboardInterrupt might reach the C code of a
    library, which would make an ImportError of it. Where interruptions are ignored, as in a shell's background, they
    stay so.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from wirestance.inference.cli import main as run

    signal.signal(signal.SIGINT, handler)
    run()
