"""The split: by family, stratified by label, the same every time."""

import re
from collections import Counter
from itertools import combinations

import pytest

from wirestance.model.labels import LABELS
from wirestance.training.corpus import Statement, load_article, load_corpus
from wirestance.training.recipe import load_mirror
from wirestance.training.split import corpus_split, families, split

TEN = "one two three four five six seven eight nine ten"


@pytest.fixture(scope="module")
def corpus():
    return load_corpus()


@pytest.fixture(scope="module")
def parts():
    return corpus_split()


def statements(*groups_and_texts):
    return [Statement(str(n), text, LABELS[2], group) for n, (group, text) in enumerate(groups_and_texts)]


def test_every_statement_is_in_exactly_one_part(corpus, parts):
    counts = Counter(statement.id for part in parts for statement in part)
    assert counts == Counter(statement.id for statement in corpus)
    assert max(counts.values()) == 1
    assert not counts.keys() & {statement.id for statement in load_article()}


def test_no_family_straddles_the_parts(corpus, parts):
    family = dict(zip((statement.id for statement in corpus), families(corpus), strict=True))
    for here, there in combinations(parts, 2):
        assert not {family[statement.id] for statement in here} & {family[statement.id] for statement in there}


def test_no_group_and_no_run_of_ten_words_straddles_the_parts(parts):
    mirror = load_mirror()

    def traits(part):
        for statement in part:
            yield statement.group
            words = re.findall(r"\w+", mirror.orient(statement.text).text.casefold())
            yield from (tuple(words[start : start + 10]) for start in range(len(words) - 9))

    for here, there in combinations([set(traits(part)) for part in parts], 2):
        assert not here & there


def test_the_parts_have_the_labels_and_the_sizes_of_the_whole(corpus, parts):
    for part, size in zip(parts, (0.8, 0.1, 0.1), strict=True):
        assert len(part) / len(corpus) == pytest.approx(size, abs=0.02)
        for label in LABELS:
            shares = [sum(s.label == label for s in statements) / len(statements) for statements in (part, corpus)]
            assert shares[0] == pytest.approx(shares[1], abs=0.02)


def test_the_split_is_decided_by_the_seed(corpus):
    some = corpus[::100]
    assert split(some) == split(some)
    assert split(some, seed=1) != split(some)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (TEN, True),
        (f"and {TEN.upper()} eleven", True),
        (f"“{TEN.replace(' three', ', three')}!”", True),
        (TEN.removesuffix(" ten"), False),
        (TEN.replace("five", "5"), False),
    ],
)
def test_ten_shared_words_make_a_family(other, same):
    first, second = families(statements(("a", f"zero {TEN} eleven"), ("b", other)))
    assert (first == second) == same


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        (f"Armenian {TEN}", f"Azerbaijani {TEN}", True),
        ("Baku accused Yerevan.", "Yerevan accused Baku.", True),
        ("Baku accused Yerevan.", "Baku accused nobody.", False),
    ],
)
def test_a_mirror_image_is_of_the_family(text, other, same):
    first, second = families(statements(("a", text), ("b", other)))
    assert (first == second) == same


@pytest.mark.parametrize("order", ["abBC", "aCbB", "CaBb", "BbCa"])
def test_families_are_joined_through_others(order):
    """Small letters share one run of words, capitals another; only `b` has both."""
    other = TEN.replace("five", "5")
    chain = [(letter.lower(), other if letter.isupper() else TEN) for letter in order]
    *joined, apart = families(statements(*chain, ("d", "short")))
    assert len(set(joined)) == 1
    assert apart not in joined
