"""The benchmark's stream of many statements, by the command in a process of its own."""

from itertools import islice

import pytest

from wirestance.training import bench
from wirestance.training.cold import command_of, run_process

TEXTS = ["Talks resumed.", "Shelling went on."]


def test_a_long_stream_has_no_statement_twice():
    texts = list(bench._distinct(TEXTS, 7))
    assert len(set(texts)) == 7
    assert list(islice(texts, 2)) == TEXTS


def test_every_number_up_to_the_most_is_measured(tiny_model, monkeypatch, capsys):
    monkeypatch.setattr(bench, "NUMBERS", (2, 4, 8))
    found = bench._by_number(tiny_model, TEXTS, 4)
    assert list(found) == ["2", "4"]
    assert all(one["rate"] > 0 and one["peak"] > 20 for one in found.values())
    assert "peak memory, MiB" in capsys.readouterr().out


def test_a_process_that_fails_is_not_measured(tmp_path):
    with pytest.raises(Exception, match="returned non-zero exit status"):
        run_process([*command_of(tmp_path), "Talks resumed."])
