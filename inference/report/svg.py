"""Figures of matplotlib as SVG that can stand in an HTML page: its colours and letters are the page's own."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from warnings import catch_warnings, simplefilter

from wirestance.inference.extras import need

INK, MUTED, GRID, PAPER = "#010101", "#020202", "#030303", "#040404"
AZERBAIJAN, ARMENIA, NEUTRAL = "#050505", "#060606", "#070707"
ON_AZERBAIJAN, ON_ARMENIA, ON_NEUTRAL = "#080808", "#090909", "#0a0a0a"
AZERBAIJAN_TINT, ARMENIA_TINT = "#0b0b0b", "#0c0c0c"

COLOURS: Mapping[str, str] = {
    INK: "var(--ink,#1b1b1b)", MUTED: "var(--muted,#5a5a5a)", GRID: "var(--grid,#d5d5d5)", PAPER: "var(--paper,#fff)",
    AZERBAIJAN: "var(--az,#0072B2)", ARMENIA: "var(--am,#E69F00)", NEUTRAL: "var(--nd,#999)",
    ON_AZERBAIJAN: "var(--on-az,#fff)", ON_ARMENIA: "var(--on-am,#000)", ON_NEUTRAL: "var(--on-nd,#000)",
    AZERBAIJAN_TINT: "var(--az-tint,#e8f2f9)", ARMENIA_TINT: "var(--am-tint,#fdf3dd)",
}  # fmt: skip
"""What the page calls the colours that charts are drawn in; it has them in light and dark."""

SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "wirestance",
    "text.parse_math": False,
    "path.simplify": False,
    "font.family": "sans-serif",
    "text.color": INK,
}
METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
DPI = 72
"""Points an inch in SVG, so that a unit is a pixel."""

REFERENCE = re.compile(r"url\(#([^)]+)\)")
FONT = re.compile(r"font: (?:\w+ )*([\d.]+px) [^;]*")
"""A font in one, as matplotlib before 3.11 writes it."""

FAMILY = re.compile(r"font-family: [^;]*;? ?")


@contextmanager
def drawing(width: float, height: float) -> Iterator[Any]:
    """An empty figure of so many pixels, under settings that the user's own do not touch."""
    matplotlib = need("matplotlib", "a report", "report")
    figure = need("matplotlib.figure", "a report", "report").Figure
    with matplotlib.rc_context(), catch_warnings():
        simplefilter("ignore")  # of letters that matplotlib's font lacks: the reader's fonts draw them
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield figure(figsize=(width / DPI, height / DPI), dpi=DPI)


def to_svg(figure: Any, name: str, label: str) -> str:
    """A figure as an `<svg>` element.

    Args:
        figure: of matplotlib, made in `drawing`.
        name: goes before its ids, which have to differ from those of the page's other figures.
        label: what it shows, for those who do not see it.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata=METADATA, facecolor="none")
    root = ET.fromstring(buffer.getvalue())
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in ("metadata", "style"):
                parent.remove(child)
    used = set(REFERENCE.findall(" ".join(value for element in root.iter() for value in element.attrib.values())))
    used |= {value[1:] for element in root.iter() for key, value in element.attrib.items() if _local(key) == "href"}
    for element in root.iter():
        element.tag = _local(element.tag)
        attributes = {_local(key): value for key, value in element.attrib.items()}
        if attributes.get("id") not in used:
            attributes.pop("id", None)
        element.attrib.clear()
        element.attrib.update({key: _value(key, value, name) for key, value in attributes.items()})
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"class": name.rpartition("-")[2], "viewBox": box, "role": "img", "aria-label": label})
    return ET.tostring(root, encoding="unicode")


def _value(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key == "href":
        return f"#{name}-{value[1:]}"
    value = REFERENCE.sub(rf"url(#{name}-\1)", value)
    if key == "style":
        value = FAMILY.sub("", FONT.sub(r"font-size: \1", value))
        for drawn, shown in COLOURS.items():
            value = value.replace(drawn, shown)
    return value


def _local(name: str) -> str:
    """A name without its namespace, as HTML has it."""
    return name.rpartition("}")[2]
