"""Recipes: those that come with the package load, overrides apply, anything invalid is named."""

import re
from dataclasses import asdict
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wirestance.model.encoder import MINILM
from wirestance.model.errors import ConfigError
from wirestance.model.labels import LABELS
from wirestance.training.recipe import CONFIGS, Recipe, load_recipe, read_yaml, recipe_of, resolve

RECIPES = {path.stem: path for path in (CONFIGS / "recipes").glob("*.yaml")}
SHARE = st.floats(0, 1)


def test_the_recipes_that_come_with_the_package_load():
    assert set(RECIPES) == {"minilm-l6", "distilbert-base-uncased"}
    assert load_recipe("minilm-l6").base == MINILM
    distilbert = load_recipe("distilbert-base-uncased")
    assert (distilbert.base, distilbert.learning_rate) == ("distilbert/distilbert-base-uncased", 3e-5)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_recipe_loads_by_name_and_by_path(name):
    assert load_recipe(name) == load_recipe(str(RECIPES[name]))


def test_what_a_recipe_leaves_out_is_at_its_default():
    assert resolve({}, "here") == Recipe()
    assert resolve({"seed": 5}, "here") == Recipe(seed=5)


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("learning_rate=3e-5", "learning_rate", 3e-5),
        ("learning_rate=0.00003", "learning_rate", 3e-5),
        ("epochs=2", "epochs", 2.0),
        ("epochs=2.5", "epochs", 2.5),
        (" seed = 7 ", "seed", 7),
        ("dropout=0.9", "dropout", 0.9),
        ("max_tokens=512", "max_tokens", 512),
        ("max_tokens=8", "max_tokens", 8),
        ("base=/models/a=b", "base", "/models/a=b"),
    ],
)
def test_an_override_applies(override, key, value):
    found = getattr(load_recipe("minilm-l6", ["seed=3", override]), key)
    assert found == value
    assert type(found) is type(value)


def test_the_last_override_holds():
    assert load_recipe("distilbert-base-uncased", ["learning_rate=1e-4", "learning_rate=2e-4"]).learning_rate == 2e-4


@pytest.mark.parametrize(
    ("override", "fragments"),
    [
        ("epochs", ["--set 'epochs'", "key=value"]),
        ("", ["--set ''", "key=value"]),
        ("epoch=2", ["unknown key 'epoch'", "allowed are base, seed, epochs"]),
        ("=2", ["unknown key ''"]),
        ("epochs=soon", ["epochs is 'soon'", "type float"]),
        ("epochs=", ["epochs is None", "type float"]),
        ("epochs=true", ["epochs is True", "type float"]),
        ("seed=1.5", ["seed is 1.5", "type int"]),
        ("seed=1e3", ["seed is '1e3'", "type int"]),
        ("patience=yes", ["patience is True", "type int"]),
        ("base=5", ["base is 5", "type str"]),
        ("batch_size=[8, 16]", ["batch_size is [8, 16]", "type int"]),
        ("batch_size=0", ["batch_size is 0", "allowed is 1 to 4096"]),
        ("seed=-1", ["seed is -1", "allowed is 0 to"]),
        ("dropout=0.95", ["dropout is 0.95", "allowed is 0 to 0.9"]),
        ("learning_rate=-1e-5", ["learning_rate is -1e-05", "allowed is 0 to 1"]),
        ("epochs=.nan", ["epochs is nan", "allowed is 0 to 100"]),
        ("epochs=inf", ["epochs is inf", "allowed is 0 to 100"]),
        ("max_tokens=513", ["max_tokens is 513", "allowed is 8 to 512"]),
    ],
)
def test_an_invalid_override_is_refused(override, fragments):
    with pytest.raises(ConfigError) as refusal:
        load_recipe("minilm-l6", [override])
    assert [fragment for fragment in fragments if fragment not in str(refusal.value)] == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("epoch: 2", "unknown key 'epoch'"),
        ("epochs: many", "epochs is 'many'"),
        ("dropout: 1", "allowed is 0 to 0.9"),
        ("2: 3", "unknown key 2"),
        ("- epochs", "a mapping of keys to values"),
        ("", "a mapping of keys to values"),
        ("epochs: [", "not YAML"),
    ],
)
def test_an_invalid_recipe_is_refused_with_its_path(content, reason, tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="^" + re.escape(f"{path}: ")) as refusal:
        load_recipe(str(path))
    assert reason in str(refusal.value)


@pytest.mark.parametrize("name", ["no-such-recipe", "no-such-recipe.yaml"])
def test_a_missing_recipe_names_those_that_are_there(name):
    with pytest.raises(ConfigError, match=r"no-such-recipe\.yaml: .*distilbert-base-uncased, minilm-l6"):
        load_recipe(name)


@pytest.mark.parametrize(
    ("provenance", "reason"),
    [({}, "has no 'recipe'"), ({"recipe": "minilm-l6"}, "has no 'recipe'"), ({"recipe": {"epoch": 2}}, "key 'epoch'")],
)
def test_a_model_that_does_not_tell_its_recipe_is_refused(provenance, reason):
    with pytest.raises(ConfigError, match=reason):
        recipe_of(SimpleNamespace(provenance=provenance))
    assert recipe_of(SimpleNamespace(provenance={"recipe": {"seed": 5}})) == Recipe(seed=5)


@given(
    st.builds(
        Recipe,
        base=st.text(),
        seed=st.integers(0, 2**31 - 1),
        epochs=st.floats(0, 100),
        batch_size=st.integers(1, 4096),
        learning_rate=SHARE,
        head_learning_rate=SHARE,
        weight_decay=SHARE,
        max_tokens=st.integers(8, 512),
    )
)
def test_a_resolved_recipe_survives_yaml(recipe):
    assert resolve(asdict(recipe), "here") == recipe
    assert resolve(yaml.safe_load(yaml.safe_dump(asdict(recipe))), "here") == recipe


def test_the_config_and_the_code_name_the_same_labels():
    assert list(read_yaml(CONFIGS / "conflict.yaml")["labels"].values()) == list(LABELS)
