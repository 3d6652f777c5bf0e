"""What the charts are put together from."""

from collections.abc import Sequence
from math import ceil, nan
from typing import Any

from wirestance.inference.lean import Measure
from wirestance.inference.report import svg
from wirestance.inference.report.svg import INK, MUTED

TEXT = 12.5
"""The size of letters, in pixels; figures are one less."""


def bare_axes(figure: Any, size: tuple[int, int], margins: tuple[int, int, int, int]) -> Any:
    """Axes without a frame, in a figure of a size and with margins left, below, right and above, in pixels."""
    width, height = size
    left, foot, right, head = margins
    axes = figure.add_axes(
        (left / width, foot / height, (width - left - right) / width, (height - foot - head) / height)
    )
    axes.set_axis_off()
    return axes


def write(
    axes: Any,
    words: str,
    place: tuple[float, float],
    offset: tuple[float, float],
    ha: str,
    va: str,
    colour: str = MUTED,
) -> None:
    """Words at a place of the axes, moved by so many pixels; in ink those that must be read, muted the figures."""
    size = TEXT if colour == INK else TEXT - 1
    axes.annotate(words, place, offset, textcoords="offset points", ha=ha, va=va, fontsize=size, color=colour)


def broken_line(axes: Any, places: Sequence[int], values: Sequence[float | None], step: int) -> None:
    """A line through the points, broken where a day or month is missing."""
    xs: list[float] = []
    ys: list[float] = []
    for place, value in zip(places, values, strict=True):
        if xs and place - xs[-1] > step:
            xs.append(xs[-1])
            ys.append(nan)
        xs.append(place)
        ys.append(number(value))
    axes.plot(xs, ys, color=MUTED, linewidth=1.2)


def tint(span: Any, limit: float) -> None:
    """Colour the two halves for the sides that they stand for; `span` is the axes' `axvspan` or `axhspan`."""
    span(-limit, 0, color=svg.ARMENIA_TINT, linewidth=0, zorder=0.5)
    span(0, limit, color=svg.AZERBAIJAN_TINT, linewidth=0, zorder=0.5)


def limit_of(measures: Sequence[Measure]) -> float:
    """Up to where an axis has to go on both sides of zero: tenths, from 0.3 to 1."""
    ends = [abs(end) for measure in measures for end in (measure.lean, measure.low, measure.high) if end is not None]
    return min(1.02, max(0.3, ceil(max(ends, default=0.0) * 10 + 0.3) / 10))


def ticks_to(limit: float) -> list[float]:
    """Round values up to the limit on both sides of zero."""
    step = 0.1 if limit < 0.4 else 0.2 if limit <= 0.8 else 0.5
    most = int(limit / step + 1e-9)
    return [round(step * tick, 1) for tick in range(-most, most + 1)]


def number(value: float | None) -> float:
    """A value to draw; nan, which draws nothing, for None."""
    return nan if value is None else value
