"""What the tests of wires share: samples, and documents written in the test."""

from pathlib import Path

from wirestance.inference.wires import problems
from wirestance.inference.wires.read import read_records
from wirestance.inference.wires.record import Rejection

SAMPLES = Path(__file__).parent / "samples"
GOOD = '{"text": "Baku said so."}'
LIMIT = problems.LONGEST_RECORD


def sample(name, **options):
    return list(read_records(SAMPLES / name, **options))


def only_reason(records, number=0):
    (record,) = records
    assert isinstance(record, Rejection)
    assert record.number == number
    return record.reason


def newsml(text="<inlineData>Baku said so.</inlineData>", start="<?xml version='1.0'?>", more=""):
    item = f"<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/' guid='a'>{more}<contentSet>{text}</contentSet>"
    return f"{start}{item}</newsItem>"


def rss(item, start="<?xml version='1.0'?>"):
    return f"{start}<rss version='2.0'><channel><title>T</title>{item}</channel></rss>"
