"""The share of neutral statements is found from a model's answers, without labels."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from wirestance import InputError
from wirestance.inference.cli import wirestance
from wirestance.inference.neutral_share import SMALLEST, estimate_neutral_share, likeliest_share
from wirestance.model.labels import NEUTRAL
from wirestance.training.metrics import NEUTRAL_CLASS, expecting
from wirestance.training.split import corpus_split


def answers(share, expected, size=4000, seed=0):
    """Of statements of which a share is neutral, calibrated probabilities of that which expect another share."""
    random = np.random.default_rng(seed)
    neutral = random.random(size) < share
    # The log likelihood ratio of two normal distributions a distance d apart is normal with mean ±d²/2 and deviation d.
    log_ratio = random.normal(np.where(neutral, 2.0, -2.0), 2.0)
    odds = np.exp(log_ratio) * expected / (1 - expected)
    return odds / (1 + odds)


@pytest.mark.parametrize("expected", [0.2, 0.7])
@pytest.mark.parametrize("share", [0.1, 0.45, 0.83])
def test_the_share_of_calibrated_answers_is_found_whatever_they_expect(share, expected):
    found = estimate_neutral_share(answers(share, expected), expected)
    assert found.low < share < found.high
    assert found.low < found.share < found.high
    assert found.high - found.low < 0.06
    assert found.statements == 4000


def test_fewer_statements_are_less_sure():
    few, many = (estimate_neutral_share(answers(0.6, 0.7, size), 0.7) for size in (100, 4000))
    assert few.high - few.low > 4 * (many.high - many.low)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.floats(0.01, 0.99),
)
def test_any_probabilities_give_a_share_inside_its_interval(neutral, expected):
    found = estimate_neutral_share(neutral, expected)
    assert 0 < found.low <= found.share <= found.high < 1
    assert found.share == likeliest_share(neutral, expected)


def test_all_neutral_and_none_are_next_to_the_ends():
    assert estimate_neutral_share([1.0] * 50, 0.7).share == pytest.approx(1 - SMALLEST)
    assert estimate_neutral_share([0.0] * 50, 0.7).share == pytest.approx(SMALLEST)


def test_no_statement_has_no_share(shipped):
    for texts in ([], ["Բանակցություններ"], ["La réunion est prévue pour demain à Paris."]):
        with pytest.raises(InputError, match="no statement that the model reads"):
            shipped.estimate_neutral_share(texts)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_the_shipped_model_finds_the_share_of_held_out_statements(shipped, share):
    held_out = corpus_split().test
    neutral = [one.text for one in held_out if one.label == NEUTRAL][: round(400 * share)]
    partisan = [one.text for one in held_out if one.label != NEUTRAL][: round(400 * (1 - share))]
    found = shipped.estimate_neutral_share(neutral + partisan)
    assert 390 <= found.statements <= 400  # some may be names alone, or not read as English
    assert found.share == pytest.approx(share, abs=0.08)


def test_a_classifier_that_expects_another_share_answers_like_one_that_was_loaded_so(shipped):
    text = ["Baku said on Monday that the units had taken up positions along the road, and that work would go on."]
    told = shipped.expecting(0.3)
    here, there = (np.array([list(one.predict_batch(text)[0].scores.values())]) for one in (shipped, told))
    assert told.settings == shipped.settings._replace(neutral_share=0.3)
    assert there == pytest.approx(expecting(here, shipped.stance.neutral_share, 0.3))
    assert there[0, NEUTRAL_CLASS] < here[0, NEUTRAL_CLASS]
    with pytest.raises(InputError, match="neutral_share is 1"):
        shipped.expecting(1)


def test_the_command_tells_the_share_of_wires(shipped, tmp_path):
    texts = [one.text for one in corpus_split().test if one.text.count('"') == 0][:60]
    (tmp_path / "wires.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    done = CliRunner().invoke(wirestance, ["neutral-share", str(tmp_path)])
    assert done.exit_code == 0, done.output
    share = float(done.stdout)
    assert done.stderr.splitlines()[-1].endswith(" statements")
    low, high = (float(done.stderr.splitlines()[-1].split()[place].rstrip(",")) for place in (0, 2))
    assert 0 < low < share < high < 1


def test_a_broken_record_is_told_and_the_rest_is_read(tmp_path):
    (tmp_path / "wires.jsonl").write_text('{"text": "Azerbaijani forces shelled the village."}\n{"text": 3}\n')
    done = CliRunner().invoke(wirestance, ["neutral-share", str(tmp_path / "wires.jsonl")])
    assert done.exit_code == 1
    assert float(done.stdout) < 0.5
    assert "wires.jsonl:2" in done.stderr


def test_nothing_to_read_is_an_error(tmp_path):
    (tmp_path / "wires.jsonl").write_text('{"text": 3}\n')
    done = CliRunner().invoke(wirestance, ["neutral-share", str(tmp_path / "wires.jsonl")])
    assert isinstance(done.exception, InputError)
    assert not done.stdout
