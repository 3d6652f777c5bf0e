"""What is written on Ray is not to be read: refused before a cluster is needed."""

import pytest

from wirestance import InputError
from wirestance.inference.score_ray import score_on_ray


@pytest.mark.parametrize(
    ("sources", "refused"),
    [
        (["wires"], r"wires/out\.parquet: would itself be read, as part of the source wires"),
        (["s3://wires", "wires/a.jsonl"], "the inputs are on a disk and s3"),
    ],
)
def test_an_output_inside_a_source_on_a_disk_is_refused(shipped, tmp_path, monkeypatch, sources, refused):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wires").mkdir()
    with pytest.raises(InputError, match=refused):
        score_on_ray(sources, "wires/out.parquet", shipped, actors=1)
    assert list((tmp_path / "wires").iterdir()) == []
