"""The classifier: one answer per statement, however it is asked, and a reason wherever there is none."""

import math
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from itertools import islice
from unicodedata import normalize

import pytest

from wirestance import LABELS, InputError, Prediction, StanceClassifier
from wirestance.inference import runtime
from wirestance.inference.classifier import WINDOW
from wirestance.inference.prediction import BELOW_THRESHOLD, NAMES_NEITHER, NOT_LATIN
from wirestance.inference.statement import LONGEST
from wirestance.model.labels import ARMENIA, AZERBAIJAN, EXCHANGED, NEUTRAL

SENTENCE = "Azerbaijani forces repelled an attack near Khojavend, Armenian officials denied it and talks went on."
NAMED = [
    SENTENCE,
    "Yerevan denied Baku's claim that its forces shelled Ganja.",
    "BAKU WARNS YEREVAN",
    "azeri troops left artsakh",
    "Pashinyan’s envoy met Aliyev’s in Tbilisi; Türkiye welcomed it, France did not.",
    "A pro-Armenian crowd gathered.",
]
BAD = [
    ("", "the statement is empty"),
    (" \t\r\n\u00a0", "the statement is empty"),
    (None, "NoneType None"),
    (3.5, "float 3.5"),
    (b"Talks went on.", "bytes b'Talks went on.'"),
    ("🙂🔥", "no words: '🙂🔥'"),
    ("12 – 3, 4.5!", "no words: '12 – 3, 4.5!'"),
    ("Talks \0 went on", "has a NUL at character 6"),
    ("Talks \ud800 went on", "not valid Unicode at character 6"),
    ("Talks " * 4000 + "\ud800", "not valid Unicode at character 24000"),
]


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model)


@pytest.mark.parametrize("threads", [0, -1])
def test_a_number_of_threads_is_above_0(tiny_model, threads):
    with pytest.raises(InputError, match=f"threads is {threads}; allowed is 1 or more"):
        StanceClassifier.load(tiny_model, threads=threads)


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("50000 100000", 1), ("150000 100000", 2), ("max 100000", 64), (None, 64), ("9900000 100000", 64)],
)
def test_a_container_has_the_cores_that_it_is_given(tmp_path, monkeypatch, quota, cores):
    monkeypatch.setattr(runtime.os, "sched_getaffinity", lambda _: range(64), raising=False)
    monkeypatch.setattr(runtime, "QUOTA", tmp_path / "cpu.max")
    if quota:
        runtime.QUOTA.write_text(quota + "\n")
    monkeypatch.setattr(runtime, "_quota", runtime._quota.__wrapped__)
    assert runtime.usable_cores() == cores


def test_a_model_is_found_after_a_change_of_directory(tiny_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tiny_model.parent)
    classifier = StanceClassifier.load(tiny_model.name)
    monkeypatch.chdir(tmp_path)
    assert classifier.settings.model == str(tiny_model)


@pytest.fixture(scope="module")
def texts(tiny_parts):
    """Statements of the corpus, and statements of 1 to 100 words."""
    words = " ".join(statement.text for statement in tiny_parts.test).split()
    return [s.text for s in tiny_parts.test] + ["Talks " + " ".join(words[n : 2 * n]) for n in range(100)]


@pytest.fixture(scope="module")
def alone(classifier, texts):
    return [classifier.predict(text) for text in texts]


def assert_same(found, expected):
    found, expected = list(found), list(expected)
    assert [answer.label for answer in found] == [answer.label for answer in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-4)


def test_one_a_list_and_a_stream_get_the_same_answers(classifier, texts, alone):
    assert len({round(answer.score, 3) for answer in alone}) > 20  # answers that tell the statements apart
    assert_same(classifier.predict_batch(texts), alone)
    assert_same(classifier.stream(iter(texts)), alone)


def test_the_rest_of_the_batch_does_not_matter(classifier, texts, alone):
    assert_same(classifier.predict_batch(texts[::-1]), alone[::-1])
    assert_same((classifier.predict_batch([text, SENTENCE * 20])[0] for text in texts[::5]), alone[::5])


@pytest.mark.parametrize("number", [0, 1, 2, 148])
def test_a_list_keeps_its_length_and_order(classifier, texts, alone, number):
    answers = classifier.predict_batch(texts[:number])
    assert isinstance(answers, list)
    assert_same(answers, alone[:number])


def test_duplicates_get_equal_answers(classifier, texts):
    answers = classifier.predict_batch([*texts, *texts, *(f"  {text}\n" for text in texts)])
    assert_same(answers, 3 * answers[: len(texts)])


def test_a_stream_is_lazy_and_bounded(classifier):
    taken = []
    stream = classifier.stream(f"Talks, round {taken.append(n) or n % 50}." for n in range(5 * WINDOW))
    assert not taken
    next(stream)
    assert len(taken) == 1
    ahead = [len(taken) - answered for answered, _ in enumerate(islice(stream, 3 * WINDOW), 2)]
    assert max(ahead) < WINDOW


def test_the_mirror_image_gets_the_exchanged_scores(classifier, texts):
    mirror = classifier.stance.mirror
    named = NAMED + [text for text in texts if mirror.orient(text).named]
    for text in named:
        here, there = classifier.predict(text, threshold=0), classifier.predict(mirror(text), threshold=0)
        assert here.scores[AZERBAIJAN] == there.scores[ARMENIA]
        assert here.scores[ARMENIA] == there.scores[AZERBAIJAN] != here.scores[AZERBAIJAN]
        assert here.scores[NEUTRAL] == there.scores[NEUTRAL]
        assert (here.label, here.lean) == (LABELS[EXCHANGED[LABELS.index(there.label)]], -there.lean)
    images = classifier.predict_batch([mirror(text) for text in named])
    for here, there in zip(classifier.predict_batch(named), images, strict=True):
        assert here.lean == pytest.approx(-there.lean, abs=1e-4)


def test_a_text_is_read_alike_however_its_letters_are_composed(classifier):
    for text in ("Türkiye and Erdoğan backed the claim.", "Yerevan denied that İlham Əliyev had called."):
        apart = normalize("NFD", text)
        assert apart != text
        assert classifier.predict(apart).scores == classifier.predict(text).scores


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\u202d", "\ufe0f", "\ufeff"])
def test_a_name_with_something_unseen_in_it_is_that_name(classifier, unseen):
    text = "Azer{}baijani forces shelled Armenian villages, the Azgayin{} Zhoghov said."
    assert classifier.predict(text.format(unseen, unseen)).scores == classifier.predict(text.format("", "")).scores


@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "  ", "\u00a0", "\u202f", "\u2028", " \u00ad\n"])
def test_a_name_of_several_words_is_found_over_any_white_space(classifier, space):
    text = "The Azgayin{}Zhoghov rejected the claim."
    assert classifier.stance.mirror.orient(text.format(" ")).turned
    assert classifier.predict(text.format(space)).scores == classifier.predict(text.format(" ")).scores


@pytest.mark.parametrize("lost", ["\x07", "\x0b", "\x19", "\x85", "\x92", "\ue000", "\ufffc", "\ufffd"])
def test_a_word_ends_at_what_a_wrong_encoding_has_left(classifier, lost):
    """The tokenizer drops it: "Armenias" would be read, where no name is found."""
    text = "Armenia{}s forces shelled Ganja."
    assert classifier.predict(text.format(lost)).scores == classifier.predict(text.format(" ")).scores


@pytest.mark.parametrize("text", ["Yerevan сказал", "Baku сказал", "Войска Azerbaijan", "Войска Armenia", "Türkiye да"])
def test_a_text_and_its_image_are_in_one_script(classifier, text):
    """Counterparts differ in length: "Yerevan" would be half of the letters where "Baku" is not."""
    image = classifier.stance.mirror(text)
    assert image != text
    here, there = classifier.predict(text), classifier.predict(image)
    assert (here.problem == NOT_LATIN) == (there.problem == NOT_LATIN)
    assert here.scores[AZERBAIJAN] == there.scores[ARMENIA]
    assert here.scores[NEUTRAL] == there.scores[NEUTRAL]


def test_the_script_is_that_of_the_text_as_it_is_read(classifier):
    answers = classifier.predict_batch(["Yerevan сказал", SENTENCE, "Войска отошли."], threshold=0)
    assert [answer.problem for answer in answers] == [NOT_LATIN, None, NOT_LATIN]


def test_threshold_0_always_answers(classifier, texts):
    for answer in classifier.predict_batch(texts, threshold=0):
        assert answer.label in LABELS
        assert answer.score == answer.scores[answer.label] == max(answer.scores.values())
        assert sum(answer.scores.values()) == pytest.approx(1)
        assert answer.problem is None


def test_a_high_threshold_withholds_the_label_only(classifier, texts, alone):
    for answer, before in zip(classifier.predict_batch(texts, threshold=0.999), alone, strict=True):
        assert (answer.label, answer.problem) == (None, BELOW_THRESHOLD)
        assert answer.scores == pytest.approx(before.scores, abs=1e-4)
        assert answer.score == max(answer.scores.values())


def test_a_score_at_the_threshold_reaches_it(classifier, texts, alone):
    score = classifier.predict(SENTENCE).score
    assert classifier.predict(SENTENCE, threshold=score).label in LABELS
    assert classifier.predict(SENTENCE, threshold=math.nextafter(score, 1)).label is None
    assert_same(classifier.predict_batch(texts, threshold=classifier.stance.threshold), alone)


@pytest.mark.parametrize("threshold", [-0.001, 1, 1.5, math.inf, math.nan])
def test_a_threshold_out_of_range_is_refused(classifier, threshold):
    message = re.escape(f"threshold is {threshold}; allowed is 0")
    with pytest.raises(InputError, match=message):
        classifier.predict(SENTENCE, threshold=threshold)
    with pytest.raises(InputError, match=message):
        classifier.predict_batch([], threshold=threshold)
    with pytest.raises(InputError, match=message):
        next(classifier.stream([SENTENCE], threshold=threshold))


@pytest.mark.parametrize(("value", "reason"), BAD)
def test_bad_input_is_refused_with_its_value_and_position(classifier, value, reason):
    with pytest.raises(InputError, match=re.escape(reason)):
        classifier.predict(value)
    with pytest.raises(InputError, match=rf"^text 1: .*{re.escape(reason)}"):
        classifier.predict_batch([SENTENCE, value, SENTENCE])


@pytest.mark.parametrize("value", [SENTENCE, SENTENCE.encode()])
def test_a_bare_text_is_no_list(classifier, value):
    for take in (classifier.predict_batch, classifier.answer, lambda texts: next(classifier.stream(texts))):
        with pytest.raises(InputError, match="a list of statements is expected"):
            take(value)


@pytest.mark.parametrize(("value", "reason"), BAD)
def test_a_stream_goes_on_after_bad_input(classifier, value, reason):
    first, bad, last = classifier.stream([SENTENCE, value, SENTENCE], threshold=0)
    assert reason in bad.problem
    assert (bad.label, bad.score, bad.lean, bad.scores) == (None, 0, 0, dict.fromkeys(LABELS, 0))
    assert_same([first, last], 2 * [classifier.predict(SENTENCE, threshold=0)])


@pytest.mark.parametrize("piece", ["x", "é", "Azerbaijan ", "Ter-", SENTENCE, "Talks \x07"])
def test_a_million_characters_are_judged_by_their_beginning(classifier, piece):
    text = "Talks " + piece * (1_000_000 // len(piece))
    start = time.perf_counter()
    answer = classifier.predict(text)
    assert time.perf_counter() - start < 2
    assert answer.truncated
    assert answer.scores == pytest.approx(classifier.predict(text[:LONGEST]).scores, abs=1e-4)


def test_truncated_says_whether_all_was_read(classifier):
    tokens = classifier.stance.max_tokens - 2
    answers = classifier.predict_batch(["talks " * (tokens + extra) for extra in (-1, 0, 1)])
    assert [answer.truncated for answer in answers] == [False, False, True]


@pytest.mark.parametrize("odd", ["\x07", "\x1b[2J", "\x7f", "\u200b", "\u202e", "\ufffd", "🙂", "👩\u200d🚀"])
def test_odd_characters_inside_a_sentence_are_read_over(classifier, odd):
    assert classifier.predict(f"Talks {odd} went {odd}on.{odd}", threshold=0).label in LABELS


def test_a_prediction_is_frozen_and_leans_between_the_sides(classifier, texts, alone):
    with pytest.raises(FrozenInstanceError):
        alone[0].label = NEUTRAL
    assert all(-1 <= answer.lean <= 1 for answer in alone)
    assert [answer.lean > 0 for answer in alone] == [a.scores[AZERBAIJAN] > a.scores[ARMENIA] for a in alone]
    assert Prediction(AZERBAIJAN, 1.0, {AZERBAIJAN: 1.0, ARMENIA: 0.0, NEUTRAL: 0.0}).lean == 1


def test_a_text_that_names_no_side_leans_to_neither():
    scores = {AZERBAIJAN: 0.6, ARMENIA: 0.3, NEUTRAL: 0.1}
    assert Prediction(None, 0.6, scores, problem=NAMES_NEITHER).lean == 0
    assert Prediction(None, 0.6, scores, problem=BELOW_THRESHOLD).lean == pytest.approx(0.3)


def test_threads_share_a_classifier(classifier, texts):
    many = [f"Round {number}. {text}" for number in range(3) for text in texts][:400]
    with ThreadPoolExecutor(16) as pool:
        assert_same(pool.map(classifier.predict, many), map(classifier.predict, many))
