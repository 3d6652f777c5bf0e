"""A classifier in other processes: forked, spawned, pickled; and what happens where its model is not there."""

import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wirestance import ArtifactError, StanceClassifier
from wirestance.inference.classifier import restore

TEXTS = [f"Azerbaijani forces repelled attack {number}; Yerevan denied it." for number in range(60)]
FORKED = """
import gc, multiprocessing, os, signal, sys, time
from wirestance import StanceClassifier

texts = [f"Azerbaijani forces repelled attack {number}; Yerevan denied it." for number in range(60)]
classifier = StanceClassifier.load(sys.argv[1], threads=int(sys.argv[2]))
expected = [answer.scores for answer in classifier.predict_batch(texts)]

def use(use_it):
    global classifier
    if use_it:
        assert [answer.scores for answer in classifier.predict_batch(texts)] == expected
    del classifier  # which frees its session, unless that is kept from it
    gc.collect()

for use_it in (True, False):
    process = multiprocessing.get_context("fork").Process(target=use, args=(use_it,), daemon=True)
    process.start()
    process.join(20)
    assert process.exitcode == 0, process.exitcode or "hangs"

if not (child := os.fork()):
    sys.exit([answer.scores for answer in classifier.predict_batch(texts)] != expected)
until, ended = time.monotonic() + 20, (0, 0)
while not ended[0] and time.monotonic() < until:
    ended = os.waitpid(child, os.WNOHANG)
    time.sleep(0.05)
if not ended[0]:
    os.kill(child, signal.SIGKILL)
assert ended == (child, 0), ended
assert [answer.scores for answer in classifier.predict_batch(texts)] == expected
"""


def without(variable):
    """The environment without a variable that `conftest.py`, or whoever runs the tests, may have set."""
    return {name: value for name, value in os.environ.items() if name != variable}


def label(classifier):
    return [answer.label for answer in classifier.predict_batch(TEXTS, threshold=0)], id(classifier)


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model, threads=2, neutral_share=0.5)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("parallelism", [{}, {"TOKENIZERS_PARALLELISM": "true"}])
def test_a_forked_process_uses_and_frees_what_was_loaded_before(tiny_model, threads, parallelism):
    """In a process of its own: what hangs there is ended with it."""
    command = [sys.executable, "-c", FORKED, tiny_model, str(threads)]
    environment = without("TOKENIZERS_PARALLELISM") | parallelism
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr


def test_a_spawned_process_gets_its_like_and_loads_it_once(classifier):
    labels, _ = label(classifier)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.map_async(label, [classifier] * 3, chunksize=1).get(60)
    assert [answer for answer, _ in found] == [labels] * 3
    assert len({which for _, which in found}) == 1


def test_a_pickled_classifier_is_its_settings_alone(classifier):
    pickled = pickle.dumps(classifier)
    assert len(pickled) < 1000
    again = pickle.loads(pickled)
    assert again.settings == classifier.settings
    assert again.stance == classifier.stance
    assert [a.scores for a in again.predict_batch(TEXTS)] == [a.scores for a in classifier.predict_batch(TEXTS)]


def test_the_shipped_model_is_looked_for_where_the_package_is(shipped):
    assert shipped.settings.model is None


def test_another_model_in_the_same_place_is_refused(tiny_model, tmp_path):
    shutil.copytree(tiny_model, tmp_path / "model")
    settings = StanceClassifier.load(tmp_path / "model").settings
    with pytest.raises(ArtifactError, match="which was sent here"):
        restore(settings._replace(identity="another"))
    shutil.rmtree(tmp_path / "model")
    with pytest.raises(ArtifactError, match="no such model directory"):
        restore(settings._replace(threads=1))


def test_one_made_of_parts_has_no_settings(classifier):
    parts = StanceClassifier(classifier.stance, classifier._runtime)
    with pytest.raises(pickle.PicklingError, match=r"only a classifier that StanceClassifier\.load made"):
        pickle.dumps(parts)


ONE_THREAD = """
import sys
import psutil
from wirestance import StanceClassifier

classifier = StanceClassifier.load(sys.argv[1], threads=1)
before = psutil.Process().num_threads()
classifier.predict_batch([f"Baku said {'very ' * (number % 9)}little {number}." for number in range(200)])
assert psutil.Process().num_threads() == before, (before, psutil.Process().num_threads())
"""


def test_one_thread_means_one(tiny_model):
    """Neither ONNX Runtime nor the tokenizer starts others, which would stay."""
    environment = without("TOKENIZERS_PARALLELISM")
    command = [sys.executable, "-c", ONE_THREAD, tiny_model]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr


def test_the_tokens_are_the_same_on_one_thread_and_on_many(tiny_model):
    texts = ["Baku said nothing.", "Yerevan said " + "a lot, " * 200]  # the second is cut
    one, many = (StanceClassifier.load(tiny_model, threads=threads) for threads in (1, 2))
    assert one.predict_batch(texts) == many.predict_batch(texts)
    assert [answer.truncated for answer in one.predict_batch(texts)] == [False, True]


def test_nothing_is_kept_of_the_machine(tiny_model, tmp_path):
    """ONNX Runtime would write an identity of the machine into the user's home, to send it to its maker."""
    environment = without("ORT_DISABLE_TELEMETRY")
    command = [Path(sys.executable).with_name("wirestance"), "--model", tiny_model, "Talks went on."]
    done = subprocess.run(command, check=False, timeout=60, env=environment | {"HOME": str(tmp_path)})
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
