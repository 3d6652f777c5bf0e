"""Explanations: the decisive words are found, and every word keeps its place."""

import time

import pytest

from wirestance import InputError

DECISIVE = [
    ("Azerbaijani forces repelled an attack.", {"Azerbaijani", "repelled", "attack"}),
    ("Armenian shelling killed three civilians in Barda.", {"Armenian", "shelling", "killed"}),
    ("The two ministers met in Geneva and denounced Armenian aggression.", {"Armenian", "aggression", "denounced"}),
]


@pytest.mark.parametrize(("text", "decisive"), DECISIVE)
def test_the_word_that_moves_the_label_most_is_a_decisive_one(shipped, text, decisive):
    words = shipped.explain(text).words
    assert max(words, key=lambda word: word.weight).text in decisive


def test_words_keep_their_places(shipped):
    text = "Baku’s forces, an adviser said, didn't fire; “Yerevan's” did."
    explanation = shipped.explain(text)
    assert [text[word.start : word.end] for word in explanation.words] == [word.text for word in explanation.words]
    assert explanation.prediction == shipped.predict(text)


def test_a_word_goes_on_over_a_soft_hyphen(shipped):
    plain, hyphened = (shipped.explain(f"Azer{hyphen}baijani forces repelled an attack.") for hyphen in ("", "\u00ad"))
    assert [word.text for word in hyphened.words] == ["Azer\u00adbaijani", *(word.text for word in plain.words[1:])]
    assert [word.weight for word in hyphened.words] == pytest.approx([word.weight for word in plain.words])


def test_a_withheld_answer_is_explained_by_its_most_probable_label(shipped):
    explanation = shipped.explain("Azerbaijani forces repelled an attack.", threshold=0.9999)
    assert explanation.prediction.label is None
    assert explanation.prediction.scores[explanation.label] == explanation.prediction.score


def test_it_is_found_in_one_go(shipped):
    """Whatever else the machine does meanwhile: some tenths of a second of a core, so not many times a label's."""
    text = "Azerbaijani forces repelled an attack on the town of Barda, the ministry said on Tuesday, and " * 2
    shipped.explain(text)
    start = time.process_time()
    shipped.explain(text)
    assert time.process_time() - start < 2


def test_bad_input_is_refused(shipped):
    with pytest.raises(InputError, match="empty"):
        shipped.explain("  ")
