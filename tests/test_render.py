"""What is shown of a wire on a terminal."""

import pytest

from wirestance.inference.render import printable


@pytest.mark.parametrize("mark", [0x1B, 0x9B, 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_a_wire_neither_controls_a_terminal_nor_turns_its_text(mark):
    assert printable(f"Yerevan {chr(mark)}denied it.") == "Yerevan \N{REPLACEMENT CHARACTER}denied it."


def test_letters_of_all_scripts_stay():
    text = "Əliyev, Խաչատրյան, عربى, a\N{ZERO WIDTH NON-JOINER}b"
    assert printable(text) == text
