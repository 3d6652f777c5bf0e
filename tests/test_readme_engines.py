"""The README's recipes for Spark and `datasets` do what it says; that for Ray runs on the cluster of `test_ray.py`."""

import shutil
import sys

import pytest
from readme import STATEMENTS, labels_of, run_recipe


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_the_recipe_for_spark(monkeypatch, shipped):
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 10).getOrCreate()
    try:
        frame = spark.createDataFrame(list(enumerate(STATEMENTS)), "n int, text string").repartition(4)
        rows = sorted(run_recipe("spark", frame=frame).collect())
    finally:
        spark.stop()
    assert [row["label"] for row in rows] == labels_of(shipped)


def test_the_recipe_for_datasets(tmp_path, monkeypatch, shipped):
    from datasets import Dataset

    dataset = Dataset.from_dict({"text": STATEMENTS})
    assert list(run_recipe("datasets", dataset=dataset)["label"]) == labels_of(shipped)
