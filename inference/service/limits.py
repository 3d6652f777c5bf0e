"""How much the service takes at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What the service refuses to go beyond, each with an answer of its own."""

    body: int = 1024 * 1024
    """Bytes of a request's body; 413."""
    statements: int = 256
    """Statements of one request; 422."""
    queue: int = 1024
    """Statements that are accepted and not answered yet, of all requests together; 429."""
