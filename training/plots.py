"""The plots beside the figures: confusion, reliability, risk–coverage, as PNG."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Plot

from wirestance.model.labels import LABELS
from wirestance.training.metrics import Bin, Classes, Probabilities, confusion, risk_coverage

mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"
"""From the palette of Okabe and Ito (2008), told apart by every kind of colour vision."""


def plot_all(
    directory: Path, name: str, truth: Classes, probabilities: Probabilities, bins: Mapping[str, Sequence[Bin]]
) -> list[Path]:
    """Draw what one set of statements shows, and return the files.

    Args:
        directory: where to write.
        name: of the set, in the files' names.
        truth: the true classes.
        probabilities: calibrated, shape (statements, 3).
        bins: of the reliability, by the name of a line.
    """
    directory.mkdir(parents=True, exist_ok=True)
    plots = {
        "confusion": _confusion(truth, probabilities),
        "reliability": _reliability(bins),
        "risk-coverage": _risk_coverage(truth, probabilities),
    }
    return [save(plot, directory / f"{name}-{kind}.png") for kind, plot in plots.items()]


def save(plot: Plot, path: Path) -> Path:
    """Write a plot without the date, so that the same figures make the same file."""
    plot.savefig(path, dpi=120, metadata={"Software": None})
    return path


def learning_curve(path: Path, shares: Sequence[float], curves: Mapping[str, Sequence[float]]) -> Path:
    """Macro-F1 against the share of the training part, a line a set of statements."""
    plot = Plot(figsize=(4.8, 3.6), layout="constrained")
    axes = plot.subplots()
    for (name, values), colour in zip(curves.items(), cycle((BLUE, ORANGE, GREY)), strict=False):
        axes.plot([100 * share for share in shares], values, marker="o", color=colour, label=name)
    axes.set(xlabel="share of the training part (%)", ylabel="macro-F1", xlim=(0, 105))
    axes.legend(frameon=False)
    return save(plot, path)


def _confusion(truth: Classes, probabilities: Probabilities) -> Plot:
    counts = confusion(truth, probabilities.argmax(axis=1))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    plot = Plot(figsize=(4.8, 3.8), layout="constrained")
    axes = plot.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    short = [label.replace("-diplomatic", "") for label in LABELS]
    axes.set(xticks=range(3), yticks=range(3), xticklabels=short, yticklabels=short, xlabel="answered", ylabel="true")
    for row in range(3):
        for column in range(3):
            colour = "white" if shares[row, column] > 0.5 else "black"
            text = f"{counts[row, column]}\n{shares[row, column]:.0%}"
            axes.text(column, row, text, ha="center", va="center", color=colour)
    return plot


def _reliability(bins: Mapping[str, Sequence[Bin]]) -> Plot:
    plot = Plot(figsize=(4.4, 4), layout="constrained")
    axes = plot.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="perfect")
    for (name, line), colour, marker in zip(bins.items(), (ORANGE, BLUE), "so", strict=True):
        axes.plot([b[0] for b in line], [b[1] for b in line], color=colour, marker=marker, markersize=4, label=name)
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0.3, 1.01), ylim=(0, 1.01))
    axes.legend(frameon=False)
    return plot


def _risk_coverage(truth: Classes, probabilities: Probabilities) -> Plot:
    curve, area = risk_coverage(truth, probabilities)
    plot = Plot(figsize=(4.4, 3.4), layout="constrained")
    axes = plot.subplots()
    axes.plot(np.arange(1, len(curve) + 1) / len(curve), curve, color=BLUE)
    axes.set(xlabel="share answered (coverage)", ylabel="share wrong (risk)", xlim=(0, 1), ylim=(0, None))
    axes.set_title(f"area under the curve {area:.3f}", fontsize=9)
    return plot


def rates_plot(path: Path, lengths: Mapping[str, float], numbers: Mapping[str, float]) -> Path:
    """Tokens a second by the length of statements, and statements a second by their number."""
    plot = Plot(figsize=(7, 3), layout="constrained")
    left, right = plot.subplots(1, 2)
    for axes, rates, across, up in (
        (left, lengths, "tokens of a statement", "tokens read a second"),
        (right, numbers, "statements in a stream", "statements a second"),
    ):
        axes.plot(list(map(int, rates)), list(rates.values()), color=BLUE, marker="o")
        axes.set(xscale="log", xlabel=across, ylabel=up, ylim=(0, None))
        axes.set_xticks(list(map(int, rates)), [f"{int(x):,}" for x in rates])
        axes.minorticks_off()
    return save(plot, path)
