"""The labels, once: every other module takes their names and their order from here."""

AZERBAIJAN = "pro-azerbaijan"
ARMENIA = "pro-armenia"
NEUTRAL = "neutral-diplomatic"

LABELS = (AZERBAIJAN, ARMENIA, NEUTRAL)
"""The classes in the order of the model's outputs."""

SIDES = ("azerbaijan", "armenia")
"""The sides of the conflict, in the order of their labels."""

EXCHANGED = (1, 0, 2)
"""The position of each class after the sides are exchanged."""
