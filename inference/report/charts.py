"""The page's charts, each drawn twice: for a desk and for a phone."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from wirestance.inference.lean import Lean, Measure
from wirestance.inference.report import svg
from wirestance.inference.report.marks import (
    TEXT,
    bare_axes,
    broken_line,
    limit_of,
    number,
    ticks_to,
    tint,
    write,
)
from wirestance.inference.report.svg import GRID, INK, MUTED, PAPER, drawing, to_svg
from wirestance.inference.report.words import fit, percent, short_date, signed, source_name
from wirestance.model.labels import ARMENIA, AZERBAIJAN, NEUTRAL

MOST_SOURCES = 40
"""Sources that a chart shows; the table has all."""

FEWEST_DAYS = 2
"""Days or months that make a chart over time."""

SHARE_ORDER = (
    (ARMENIA, svg.ARMENIA, svg.ON_ARMENIA),
    (NEUTRAL, svg.NEUTRAL, svg.ON_NEUTRAL),
    (AZERBAIJAN, svg.AZERBAIJAN, svg.ON_AZERBAIJAN),
)
"""Labels from left to right, as the lean has the sides, with their colours and those of words on them."""


class Chart(NamedTuple):
    """A chart as two `<svg>` elements."""

    wide: str
    narrow: str


class _Form(NamedTuple):
    """The measures of a chart, in pixels."""

    name: str
    width: int
    margin: int
    """Left of the axes."""
    row: int
    columns: int
    """Letters that a source's name may have."""
    room: float
    """The least share that is written on its bar."""
    ticks: int
    """Dates that are written under a chart over time."""

    @property
    def is_wide(self) -> bool:
        return self.name == "wide"


WIDE = _Form("wide", width=760, margin=194, row=34, columns=28, room=0.06, ticks=9)
NARROW = _Form("narrow", width=340, margin=18, row=50, columns=42, room=0.12, ticks=4)
RIGHT = 18
HEAD = 26
FOOT = 26
DATE_ROOM = 56
"""Pixels from the middle of a written date to that of the next."""


def source_chart(leans: Sequence[Lean]) -> Chart:
    """The lean of sources: a point and its interval for the own voice, and for everything."""
    label = f"Lean by source, with 95 % intervals: {_told(leans)}. The table below the chart has every figure."
    return Chart(*(_draw_sources(leans, form, label) for form in (WIDE, NARROW)))


def share_chart(leans: Sequence[Lean]) -> Chart:
    """The shares of the labels among the answered statements of sources, as stacked bars."""
    label = (
        f"Stacked bars for {len(leans)} sources: from left to right the shares of pro-armenia, neutral-diplomatic and "
        "pro-azerbaijan among the statements that got a label. The table below the chart has every figure."
    )
    return Chart(*(_draw_shares(leans, form, label) for form in (WIDE, NARROW)))


def time_chart(points: Sequence[tuple[date, Lean]], by: str) -> Chart:
    """The lean over time: points with intervals for the own voice, a line for everything."""
    label = (
        f"Lean by {by} from {short_date(points[0][0], by)} to {short_date(points[-1][0], by)}, upwards to Azerbaijan, "
        "downwards to Armenia, with 95 % intervals. The table below the chart has every figure."
    )
    return Chart(*(_draw_time(points, by, form, label) for form in (WIDE, NARROW)))


def _told(leans: Sequence[Lean]) -> str:
    told = [
        f"{source_name(lean.key):.40} {signed(lean.own.lean)} in its own voice"
        for lean in leans
        if lean.own.lean is not None
    ]
    return "; ".join([*told[:2], *(["…"] if len(told) > 4 else []), *told[2:][-2:]]) or "none in an own voice"


def _draw_sources(leans: Sequence[Lean], form: _Form, label: str) -> str:
    limit = limit_of([measure for lean in leans for measure in (lean.own, lean.everything)])
    height = HEAD + form.row * len(leans) + FOOT
    with drawing(form.width, height) as figure:
        axes = _rows(figure, form, height, len(leans))
        axes.set_xlim(-limit, limit)
        tint(axes.axvspan, limit)
        axes.axvline(0, color=MUTED, linewidth=1.2, zorder=1.4)
        for tick in ticks_to(limit):
            axes.axvline(tick, color=GRID, linewidth=0.8, zorder=0.6)
            write(axes, signed(tick, 1), (tick, len(leans)), (0, -6), "center", "top")
        write(axes, "← leans to Armenia", (-limit, 0), (0, 9), "left", "baseline", INK)
        write(axes, "leans to Azerbaijan →", (limit, 0), (0, 9), "right", "baseline", INK)
        for row, lean in enumerate(leans):
            _name(axes, form, row, lean.key)
            middle = row + (0.5 if form.is_wide else 0.68)
            _point(axes, lean.everything, middle + 0.15, own=False)
            _point(axes, lean.own, middle - 0.13, own=True)
        return to_svg(figure, f"sources-{form.name}", label)


def _draw_shares(leans: Sequence[Lean], form: _Form, label: str) -> str:
    height = HEAD + form.row * len(leans) + FOOT
    with drawing(form.width, height) as figure:
        axes = _rows(figure, form, height, len(leans))
        axes.set_xlim(0, 1)
        for tick, side in ((0, "left"), (0.25, "center"), (0.5, "center"), (0.75, "center"), (1, "right")):
            axes.axvline(tick, color=GRID, linewidth=0.8, zorder=0.6, clip_on=False)
            write(axes, percent(tick), (tick, len(leans)), (0, -6), side, "top")
        for place, side, words in ((0, "left", ARMENIA), (0.5, "center", NEUTRAL), (1, "right", AZERBAIJAN)):
            write(axes, words, (place, 0), (0, 9), side, "baseline", INK)
        for row, lean in enumerate(leans):
            _name(axes, form, row, lean.key)
            _bar(axes, lean.everything, row + (0.5 if form.is_wide else 0.66), form)
        return to_svg(figure, f"shares-{form.name}", label)


def _draw_time(points: Sequence[tuple[date, Lean]], by: str, form: _Form, label: str) -> str:
    limit = limit_of([measure for _, lean in points for measure in (lean.own, lean.everything)])
    places = [day.toordinal() for day, _ in points]
    step = 31 if by == "month" else 1
    height = 320 if form.is_wide else 280
    dense = len(points) * (1 if form.is_wide else 2.4) > 70
    with drawing(form.width, height) as figure:
        left, right = 44, 30
        axes = bare_axes(figure, (form.width, height), (left, FOOT + 2, right, 8))
        axes.set_xlim(places[0] - 0.8 * step, places[-1] + 0.8 * step)
        axes.set_ylim(-limit, limit)
        tint(axes.axhspan, limit)
        axes.axhline(0, color=MUTED, linewidth=1.2)
        for tick in ticks_to(limit):
            axes.axhline(tick, color=GRID, linewidth=0.8, zorder=0.6)
            write(axes, signed(tick, 1), (places[0] - 0.8 * step, tick), (-6, 0), "right", "center")
        write(axes, "↑ leans to Azerbaijan", (places[0] - 0.8 * step, limit), (6, -6), "left", "top", INK)
        write(axes, "↓ leans to Armenia", (places[0] - 0.8 * step, -limit), (6, 6), "left", "bottom", INK)
        pixels = (form.width - left - right) / (places[-1] - places[0] + 1.6 * step)
        for shown in _dated(places, form.ticks, pixels):
            write(axes, short_date(points[shown][0], by), (places[shown], -limit), (0, -8), "center", "top")
        broken_line(axes, places, [lean.everything.lean for _, lean in points], step)
        for place, (_, lean) in zip(places, points, strict=True):
            size = 2.5 if dense else 4
            axes.plot(place, number(lean.everything.lean), "D", color=PAPER, markeredgecolor=MUTED, markersize=size)
            if lean.own.low is not None:
                axes.vlines(place, lean.own.low, lean.own.high, color=INK, linewidth=1 if dense else 1.8, zorder=3)
            axes.plot(place, number(lean.own.lean), "o", color=INK, markersize=3 if dense else 5, zorder=4)
        return to_svg(figure, f"time-{form.name}", label)


def _dated(places: Sequence[int], most: int, pixels: float) -> list[int]:
    """Which points have their date written: at most so many, and none that would run into the one before."""
    dated: list[int] = []
    for shown in sorted({round(i * (len(places) - 1) / (most - 1)) for i in range(most)}):
        if not dated or (places[shown] - places[dated[-1]]) * pixels >= DATE_ROOM:
            dated.append(shown)
    return dated


def _rows(figure: Any, form: _Form, height: int, rows: int) -> Any:
    """Axes with a row for each source, the first on top."""
    axes = bare_axes(figure, (form.width, height), (form.margin, FOOT, RIGHT, HEAD))
    axes.set_ylim(rows, 0)
    return axes


def _name(axes: Any, form: _Form, row: int, key: str) -> None:
    """A source's name left of its row, or over it on a phone."""
    if row:
        axes.axhline(row, color=GRID, linewidth=0.6, zorder=1.6)
    if not form.is_wide:
        axes.axhspan(row, row + 0.36, color=PAPER, linewidth=0, zorder=1.5)
    place, offset = ((row + 0.5), -10) if form.is_wide else (row + 0.19, 0)
    left = axes.get_xlim()[0]
    write(
        axes,
        fit(source_name(key), form.columns),
        (left, place),
        (offset, 0),
        "right" if offset else "left",
        "center",
        INK,
    )


def _point(axes: Any, measure: Measure, height: float, *, own: bool) -> None:
    """A point with its interval: filled for the own voice, hollow for everything."""
    colour, width = (INK, 2.6) if own else (MUTED, 1.4)
    if measure.low is not None:
        axes.hlines(height, measure.low, measure.high, color=colour, linewidth=width, zorder=3)
    shape, size = ("o", 7.5) if own else ("D", 5.5)
    axes.plot(
        number(measure.lean), height, shape, color=INK if own else PAPER, markeredgecolor=colour, markersize=size,
        markeredgewidth=1.4, zorder=4,
    )  # fmt: skip


def _bar(axes: Any, measure: Measure, height: float, form: _Form) -> None:
    """The shares of the labels, with their figures where there is room."""
    if not measure.answered:
        write(axes, "no statement got a label", (0.01, height), (0, 0), "left", "center")
    left = 0.0
    for label, colour, on_it in SHARE_ORDER:
        share = measure.shares.get(label, 0.0)
        if share:
            thick = 0.62 if form.is_wide else 0.44
            axes.barh(height, share, left=left, height=thick, color=colour, edgecolor=PAPER, linewidth=1)
        if share >= form.room:
            place = (left + share / 2, height)
            axes.text(*place, percent(share), ha="center", va="center_baseline", fontsize=TEXT - 1, color=on_it)
        left += share
