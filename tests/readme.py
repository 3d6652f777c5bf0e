"""The README, its examples, and the recipes for engines among them."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
STATEMENTS = [
    "Azerbaijani forces repelled an attack.",
    "Shelling resumed overnight.",
    None,
    "Talks resume in Geneva.",
] * 20
"""What the recipes label."""


def blocks(kind):
    return re.findall(rf"<!-- test: {kind} -->\n```{kind.split()[0]}\n(.*?)```", README, flags=re.DOTALL)


def run_recipe(kind, folder="statements/", **given):
    """The `labelled` that the recipe for an engine ends with, if the statements lie in a folder."""
    (code,) = blocks(f"python {kind}")
    code = code.replace('"statements/"', repr(str(folder)))
    exec(compile(code, "README.md", "exec"), names := {"__name__": "__main__", **given})
    return names["labelled"]


def labels_of(classifier):
    return [answer.label for answer in classifier.answer(STATEMENTS)]
