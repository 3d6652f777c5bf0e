"""The exceptions that wirestance raises on purpose; each message names the value, the place and what is allowed."""


class WirestanceError(Exception):
    """Anything that the caller can mend."""


class InputError(WirestanceError, ValueError):
    """A text, a file or a record that cannot be read as a statement."""


class ConfigError(WirestanceError, ValueError):
    """A recipe or a names table that is not valid."""


class CorpusError(WirestanceError, ValueError):
    """A line of the annotated statements that breaks the schema."""


class ArtifactError(WirestanceError):
    """A model directory that is incomplete, changed or of another format."""
