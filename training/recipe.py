"""A training recipe: a short YAML file, read into one validated dataclass and saved with the model."""

import typing
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import yaml

import wirestance.configs
from wirestance.model.artifact import Stance
from wirestance.model.encoder import MINILM
from wirestance.model.errors import ConfigError
from wirestance.model.mirror import Mirror

CONFIGS = Path(next(iter(wirestance.configs.__path__)))

RECIPE = "recipe"
"""Under which a model's provenance has the settings that it was made by."""


class Range(typing.NamedTuple):
    """The values that a field may take, both ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a training run makes, apart from the corpus."""

    base: str = MINILM
    """The pretrained encoder: `minilm-l6`, a directory with a BERT or DistilBERT, or a hub id."""
    seed: Annotated[int, Range(0, 2**31 - 1)] = 1
    epochs: Annotated[float, Range(0, 100)] = 3.0
    batch_size: Annotated[int, Range(1, 4096)] = 32
    learning_rate: Annotated[float, Range(0, 1)] = 1e-4
    head_learning_rate: Annotated[float, Range(0, 1)] = 1e-3
    """For the layers on top, which start from nothing."""
    layer_decay: Annotated[float, Range(0.1, 1)] = 0.9
    """Factor from the rate of a layer to that of the one below it."""
    freeze_words: bool = True
    """Leave the word embeddings as they were pretrained, so that words that no statement has keep their place."""
    warmup: Annotated[float, Range(0, 1)] = 0.06
    """Share of the steps in which the rates rise; afterwards they fall linearly."""
    weight_decay: Annotated[float, Range(0, 1)] = 0.01
    dropout: Annotated[float, Range(0, 0.9)] = 0.1
    low_confidence_weight: Annotated[float, Range(0, 1)] = 0.5
    """Weight in the loss of a statement whose annotator was in doubt."""
    voice_weight: Annotated[float, Range(0, 10)] = 0.3
    """Weight in the loss of telling reported speech from the outlet's own voice."""
    label_smoothing: Annotated[float, Range(0, 0.5)] = 0.05
    """Share of the truth that is spread over all labels (Szegedy et al. 2016), against overconfidence."""
    evaluations: Annotated[int, Range(1, 100)] = 2
    """Evaluations on the validation part, an epoch."""
    patience: Annotated[int, Range(1, 100)] = 4
    """Evaluations without a better macro-F1 after which training stops."""
    max_tokens: Annotated[int, Range(8, 512)] = 256


def load_recipe(name: str, overrides: Iterable[str] = ()) -> Recipe:
    """A recipe of `configs/recipes`, or a YAML file, with `key=value` overrides.

    Raises:
        ConfigError: no such recipe, an unknown key, or a value of another type or out of its range.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else CONFIGS / "recipes" / f"{name}.yaml"
    if not path.exists():
        there = ", ".join(sorted(recipe.stem for recipe in (CONFIGS / "recipes").glob("*.yaml")))
        raise ConfigError(f"{path}: there is no such recipe; recipes that are there: {there}")
    settings = read_yaml(path)
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise ConfigError(f"--set {override!r}: write key=value")
        try:
            settings[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"--set {override!r}: the value is not YAML: {error}") from error
    return resolve(settings, str(path))


def resolve(settings: Mapping[str, Any], source: str) -> Recipe:
    """The recipe that the settings give, everything else at its default."""
    kinds = typing.get_type_hints(Recipe, include_extras=True)
    known = [field.name for field in fields(Recipe)]
    values: dict[str, Any] = {}
    for key, value in settings.items():
        if key not in known:
            raise ConfigError(f"{source}: unknown key {key!r}; allowed are {', '.join(known)}")
        values[key] = _value(f"{source}: {key}", value, kinds[key])
    return Recipe(**values)


def recipe_of(stance: Stance) -> Recipe:
    """The recipe that a model was made by.

    Raises:
        ConfigError: the model tells none, or none that is valid.
    """
    settings = stance.provenance.get(RECIPE)
    if not isinstance(settings, Mapping):
        raise ConfigError(f"the model's provenance has no {RECIPE!r}, the settings that it was made by; make it anew")
    return resolve(settings, "the model's recipe")


def _value(place: str, value: Any, hint: Any) -> Any:
    kind, *limits = typing.get_args(hint) or (hint,)
    if kind is float and type(value) is int:
        value = float(value)
    if kind is float and isinstance(value, str):  # YAML 1.1 reads 5e-5 as a string
        with suppress(ValueError):
            value = float(value)
    if type(value) is not kind:
        raise ConfigError(f"{place} is {value!r}; a value of type {kind.__name__} is needed")
    for limit in limits:
        if not limit.low <= value <= limit.high:
            raise ConfigError(f"{place} is {value!r}; allowed is {limit.low} to {limit.high}")
    return value


def load_mirror(path: Path = CONFIGS / "conflict.yaml") -> Mirror:
    """The mirror of the names in `configs/conflict.yaml`."""
    content = read_yaml(path)
    try:
        return Mirror(row for rows in content["names"].values() for row in rows)
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path}: not a table of names: {error!r}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: a mapping of keys to values is expected")
    return content
