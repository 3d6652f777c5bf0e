"""What is refused on Ray before a cluster is needed."""

import socket
import time

import pytest
from click.testing import CliRunner

from wirestance import InputError
from wirestance.inference import ray_cluster, score_ray
from wirestance.inference.cli import wirestance


@pytest.mark.parametrize(("column", "message"), [("body", "no column 'text'"), ("label", "columns label already")])
def test_a_table_that_does_not_fit_is_refused(tiny_model, column, message):
    import pyarrow

    from wirestance.inference.ray_data import StanceBatches

    names = {"body"} if column == "body" else {"text", column}
    with pytest.raises(InputError, match=message):
        StanceBatches(model=str(tiny_model))(pyarrow.table({name: ["Talks."] for name in names}))


@pytest.mark.parametrize(
    ("free", "wanted", "actors"), [(2, None, 1), (9, None, 8), (9, 3, 3), (9, 9, None), (1, None, None), (0, 1, None)]
)
def test_one_cpu_is_left_to_reading_and_writing(free, wanted, actors):
    if actors:
        assert ray_cluster.fitting(free, 16, wanted) == actors
    else:
        message = f"the cluster has 16 CPUs, {free} of them free, too few for {wanted or 1} actors"
        with pytest.raises(InputError, match=message):
            ray_cluster.fitting(free, 16, wanted)


@pytest.mark.parametrize(("free", "wanted", "actors"), [({"CPU": 3}, None, 2), ({"CPU": 3}, 3, None), ({}, 1, None)])
def test_cpus_that_others_use_are_not_counted(monkeypatch, free, wanted, actors):
    import ray

    answers = {"init": None, "shutdown": None, "cluster_resources": {"CPU": 8}, "available_resources": free}
    for name, answer in answers.items():
        monkeypatch.setattr(ray, name, lambda *_, answer=answer, **__: answer)
    monkeypatch.setattr(ray_cluster, "PATIENCE", 0.1)
    if actors:
        with ray_cluster.connected("auto", wanted) as number:
            assert number == actors
    else:
        with pytest.raises(InputError, match=r"has 8 CPUs, [03] of them free"), ray_cluster.connected("auto", wanted):
            pass


def test_cpus_of_a_run_that_just_ended_are_waited_for(monkeypatch):
    import ray

    free = iter([{}, {"CPU": 1}, {"CPU": 3}])
    answers = {"init": None, "shutdown": None, "cluster_resources": {"CPU": 3}}
    for name, answer in answers.items():
        monkeypatch.setattr(ray, name, lambda *_, answer=answer, **__: answer)
    monkeypatch.setattr(ray, "available_resources", lambda: next(free))
    monkeypatch.setattr(ray_cluster, "PAUSE", 0)
    with ray_cluster.connected("auto", 2) as actors:
        assert actors == 2


def test_a_failure_of_ray_that_says_nothing_is_told_by_its_name(shipped, monkeypatch):
    from ray.exceptions import RayError

    def fail(_):
        raise RayError

    monkeypatch.setattr(score_ray, "check_inputs", fail)
    with pytest.raises(InputError, match="the run on Ray failed: RayError"):
        score_ray.score_on_ray(["in.jsonl"], "out.jsonl", shipped, actors=1)


def test_an_address_where_nobody_is_is_told_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.monotonic()
    for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}"):
        with pytest.raises(InputError, match="no Ray cluster can be reached"), ray_cluster.connected(address):
            pass
    for address in ("somewhere", "host:port", "127.0.0.1:99999"):
        with pytest.raises(InputError, match=r"is not known; allowed|no Ray cluster"), ray_cluster.connected(address):
            pass
    assert time.monotonic() - started < 15


def test_usage_that_does_not_go_together_is_refused(tmp_path):
    local = ["--ray", "local"]
    for options in ([*local, "--resume"], [*local, "--follow"], [*local, "--threads", "2"], ["--actors", "2"]):
        command = [str(part) for part in (tmp_path, "-o", tmp_path / "out.jsonl", *options)]
        assert CliRunner().invoke(wirestance, ["score", *command]).exit_code == 2
