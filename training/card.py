"""The model card: the artifact's README.md, written from its figures; the form of Mitchell et al. (2019)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wirestance.model.artifact import CARD, METRICS, Stance, write_whole
from wirestance.model.encoder import MINILM
from wirestance.model.labels import LABELS
from wirestance.training.baselines import SAMPLED
from wirestance.training.corpus import PARTS
from wirestance.training.evaluate import Capability, contrast_rows
from wirestance.training.metrics import PRECISION

EXAMPLES = 10

ELSEWHERE = """
The other columns are labelled files that the command was given. It does not train on them, nor can it tell whether they
were trained on or looked at while the model was made; where they were, expect somewhat less elsewhere.
"""

HUB_NAMES = {MINILM: "sentence-transformers/all-MiniLM-L6-v2"}
"""What a hub calls an encoder that has another name in a recipe."""

HEAD = """\
---
license: apache-2.0
language: en
library_name: wirestance
pipeline_tag: text-classification
base_model: {base}
tags: [stance-detection, partisanship, news, distilbert, onnx]
metrics: [f1]
---

# wirestance: partisanship of statements about the Armenia–Azerbaijan conflict

Reads one English statement (a sentence, headline or utterance of a news wire) and answers `pro-azerbaijan`,
`pro-armenia` or `neutral-diplomatic` with calibrated probabilities, or "can't tell"; and whether the statement is the
outlet's own assertion or reports somebody's words.

## How to read the artifact

`onnx/model_quantized.onnx` and `stance.json` are what `wirestance` runs: names are turned by the mirror of
`stance.json` so that the side named first is Azerbaijan's, the logits are divided by the temperature, the neutral one
is raised from the share of neutral statements in training to the expected one (`neutral_share`, a setting; Saerens et
al. 2002), and the two partisan classes are exchanged back. The network is a DistilBERT for sequence classification:
`AutoModelForSequenceClassification` reads the logits of turned texts from `model.safetensors`, which training leaves
beside it; `wirestance.model.network.StanceNetwork` reads the voice as well.

## Use

For media monitoring: to sort and count statements, to see a source's lean over many of them, to find what to read.
Not for decisions about a person, a journalist or an outlet without human reading; not to censor; not as evidence of
who is right; not outside this conflict, nor in other languages. A label says which position a statement advances. It
does not say that the statement is false, nor that its author is partisan.
"""


def write_card(directory: Path, stance: Stance, figures: Mapping[str, Any]) -> None:
    """Write `metrics.json` and the card beside the model."""
    told = card(stance, figures)
    write_whole(directory / METRICS, json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    write_whole(directory / CARD, told)


def card(stance: Stance, figures: Mapping[str, Any]) -> str:
    """The text of the card."""
    return "\n".join(
        [
            HEAD.format(base=HUB_NAMES.get(base := stance.provenance["recipe"]["base"], base)),
            _training(stance, figures),
            _figures(figures),
            *([_curve(figures["learning_curve"])] if "learning_curve" in figures else []),
            _audit(figures),
            _voice(figures),
            _failures(figures),
        ]
    )


def _training(stance: Stance, figures: Mapping[str, Any]) -> str:
    recipe = ", ".join(f"{key} {value}" for key, value in stance.provenance["recipe"].items())
    parts = ", ".join(f"{count} {name}" for name, count in figures["statements"].items())
    return f"""\
## Training

Statements composed and labelled by language models under the project's codebook, none by a person: see
`seeds/DATASHEET.md`. Split by family: {parts}. Recipe: {recipe}. Corpus SHA-256
`{stance.provenance["corpus_sha256"]}`, commit `{stance.provenance["commit"]}`. Made by
`python -m wirestance.training train`.{_export(stance)}
Temperature {stance.temperature:.3f} (Guo et al. 2017), fitted on the adversarial statements of the validation part,
which were composed where a model errs, or on all if it has none. Expected share of neutral statements
{stance.neutral_share:.2f}; default threshold {stance.threshold:.3f}, the lowest with which {PRECISION:.0%} of all
answers, and of the partisan ones alone, are right on the validation part, weighted to that share.
"""


def _export(stance: Stance) -> str:
    """Where the 8-bit file is from, if from another commit or other libraries than the weights."""
    made_from, exported = stance.provenance, stance.provenance.get("exported", {})
    if all(made_from.get(key) == exported[key] for key in exported):
        return ""
    trained, here = (
        ", ".join(f"{name} {number}" for name, number in told.get("libraries", {}).items())
        for told in (made_from, exported)
    )
    return f" Trained with {trained}; exported to 8 bits at commit `{exported['commit']}` with {here}."


def _figures(figures: Mapping[str, Any]) -> str:
    names = list(figures["evaluation"])
    rows = [
        ("statements", [str(figures["evaluation"][name]["statements"]) for name in names]),
        *(
            (title, [interval(figures["evaluation"][name][key]) for name in names])
            for title, key in (
                ("macro-F1", "macro_f1"),
                ("macro-F1, told the set's own share", "macro_f1_at_own_share"),
                ("macro-F1, at the share estimated from the texts", "macro_f1_at_estimated_share"),
                ("accuracy", "accuracy"),
                ("neutral called partisan", "false_alarms"),
                ("macro-F1 of the surest 80 %", "macro_f1_at_coverage"),
                ("answered at the default threshold", "answered"),
                ("… of those, right", "answered_precision"),
            )
        ),
        ("… partisan answers", [str(figures["evaluation"][name]["answered_partisan"]) for name in names]),
        *(
            (title, [interval(figures["evaluation"][name][key]) for name in names])
            for title, key in (
                ("… of those, right", "answered_partisan_precision"),
                ("… of those, right, at the expected share", "expected_partisan_precision"),
                ("… neutral called partisan", "answered_false_alarms"),
            )
        ),
        *(
            (title, [number(figures[part][name][key]) for name in names])
            for title, part, key in (
                ("share of neutral statements, estimated from the texts", "evaluation", "estimated_share"),
                ("area under risk–coverage", "evaluation", "risk_coverage_area"),
                ("expected calibration error, at the expected share", "evaluation", "calibration_error"),
                ("… by chance alone", "calibration", "floor"),
                ("expected calibration error, unweighted", "calibration", "unweighted"),
                ("expected calibration error, told the set's own share", "calibration", "own_share"),
                ("… by chance alone", "calibration", "own_share_floor"),
            )
        ),
        *(
            (f"{label}: precision / recall", [_precision_recall(figures["evaluation"][name], label) for name in names])
            for label in LABELS
        ),
        *(
            (f"macro-F1 of {baseline}", [interval(found[name]) for name in names])
            for baseline, found in figures["baselines"].items()
        ),
    ]
    return f"""\
## Figures

Of the 8-bit network, always answering unless said otherwise; 95 % bootstrap intervals in brackets. `test` is the
held-out part of the composed corpus, whose intervals draw whole families of statements; `article` the source article,
which was never trained on and is all of one family, so single statements are drawn. The intervals are of one training.
Probabilities hold for one share of neutral statements, and the sets have other shares than the expected one: what is
told "at the expected share" weights a set's statements to it, "unweighted" does not. "Told the set's own share"
(`neutral_share`), the model gives other probabilities, and so it does "at the share estimated from the texts", which is
found without their labels (`estimate_neutral_share`; Saerens et al. 2002). The default threshold aims at precision at
the expected share.
Where a calibration error is well above what chance alone gives, the probabilities are too high or too low. {SAMPLED}
Printed by `python -m wirestance.training evaluate`. The network in 8 bits and the one in full precision agree on
{figures["agreement"]:.1%} of the test labels, as `train`, `export` and `record` print.
{ELSEWHERE if set(names) - set(PARTS) else ""}
{markdown(["", *names], [[title, *cells] for title, cells in rows])}

Failures in the contrast suite, in the manner of CheckList (Ribeiro et al. 2020):

{markdown(["capability", "items", "failures"], _contrast_rows(figures))}
"""


def _curve(curve: Mapping[str, Any]) -> str:
    names = list(curve["macro_f1"])
    rows = [
        [f"{share:.0%}", *(f"{curve['macro_f1'][name][row]:.3f}" for name in names)]
        for row, share in enumerate(curve["shares"])
    ]
    return f"""\
## Learning curve

Macro-F1 by the share of the training part; the shares are trained by the same recipe. Printed by
`python -m wirestance.training curve`.

{markdown(["share", *names], rows)}
"""


def _audit(figures: Mapping[str, Any]) -> str:
    names = list(figures["audit"])
    rows = [
        [title, *(interval(figures["audit"][name][key]) for name in names)]
        for title, key in (
            ("exchange-consistency", "consistency"),
            ("mean gap", "gap"),
            ("own lean", "lean"),
            ("recall gap, with mirror images", "recall_gap"),
            ("false-positive gap, with mirror images", "false_positive_gap"),
            ("recall gap, statements as they come", "observed_recall_gap"),
        )
    ]
    return f"""\
## Audit

Exchange the sides in a statement, and the label must be exchanged. Here that holds by construction, for the names in
`stance.json`: a statement and its mirror image reach the network as the same text. Positive gaps favour the label
pro-azerbaijan. Statements that name no side are outside this promise, and are where a gap comes from. Of statements
that are nothing but names, {figures["names_only_neutral"]:.1%} stay neutral. Printed by
`python -m wirestance.training evaluate`; its `audit` audits any statements.

{markdown(["azerbaijan − armenia", *names], rows)}
"""


def _voice(figures: Mapping[str, Any]) -> str:
    found = figures["voice"]
    return f"""\
## Voice

Whether a statement is the outlet's own assertion or gives somebody's words: right for {interval(found["accuracy"])} of
{found["statements"]} statements whose voice was not trained on (always the commoner one: {found["majority"]:.3f}).
A speaker is shown for {found["speaker_given"]:.0%} of those that have one; of all speakers shown,
{found["speaker_right"]:.0%} are right.
Printed by `python -m wirestance.training evaluate`.
"""


def _failures(figures: Mapping[str, Any]) -> str:
    worst = [
        [capability, example["label"], example["answer"], example["score"], example["text"]]
        for capability, found in figures["contrast"].items()
        for example in found["worst"]
    ]
    worst.sort(key=lambda row: row[3], reverse=True)
    return f"""\
## Known failures

The surest wrong answers in the contrast suite, three a capability at most:

{markdown(["capability", "true", "answer", "p", "statement"], worst[:EXAMPLES])}
"""


def _contrast_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    found = {name: Capability(**counts) for name, counts in figures["contrast"].items()}
    return [[name, str(items), rate] for name, items, _, rate in contrast_rows(found)]


def _precision_recall(evaluation: Mapping[str, Any], label: str) -> str:
    found = evaluation["classes"][label]
    return f"{found['precision']:.2f} / {found['recall']:.2f}"


def interval(figure: Mapping[str, float] | None) -> str:
    """A figure with its interval, as the card writes it."""
    if figure is None or figure["value"] is None:
        return "–"
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def number(figure: float | None) -> str:
    """A figure without an interval, as the card writes it."""
    return "–" if figure is None else f"{figure:.3f}"


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
