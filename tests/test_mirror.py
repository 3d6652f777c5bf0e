"""The mirror: whole names in three cases, its own inverse, one orientation for a statement and its image."""

import re
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirestance.model.errors import ConfigError
from wirestance.model.labels import SIDES
from wirestance.model.mirror import MARK, Mirror, Oriented
from wirestance.training.corpus import CONTRAST, STATEMENTS, load_directory
from wirestance.training.recipe import load_mirror

MIRROR = load_mirror()
SIDE_OF = {
    case(name): side
    for row in MIRROR.rows
    for side in SIDES
    for name in row[side]
    for case in (str, str.upper, str.lower)
}
NAMES = list(SIDE_OF)
LONGEST_FIRST = "|".join(map(re.escape, sorted(NAMES, key=len, reverse=True)))
WORDS = sorted({word for name in NAMES for word in re.split(r"\W", name)})
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(NAMES),
        st.sampled_from(WORDS),
        st.builds(lambda name, cut: name[:cut], st.sampled_from(NAMES), st.integers(-4, 8)),
        st.sampled_from([" ", " ", "-", "’s", "'s", ", ", ".", "“", "_", "\n"]),
        st.sampled_from("\u0300\u0301\u0304\u0307\u0308\u0327\u036f"),
        st.text(max_size=4),
    )
).map("".join)


def sides_in(text):
    """The side of every name, found by trying the names one by one: what the mirror has to find."""
    return [SIDE_OF[name] for name in re.findall(rf"(?<!\w)(?:{LONGEST_FIRST})(?![\w{MARK}])", text)]


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("Baku warned Yerevan.", "Yerevan warned Baku."),
        ("BAKU WARNED YEREVAN", "YEREVAN WARNED BAKU"),
        ("baku warned yerevan", "yerevan warned baku"),
        ("Azerbaijan’s army, Armenia's too", "Armenia’s army, Azerbaijan's too"),
        ("AZERBAIJAN'S ARMY", "ARMENIA'S ARMY"),
        ("the Armenian-Azerbaijani border", "the Azerbaijani-Armenian border"),
        ("a pro-Armenian, anti-Azeri crowd", "a pro-Azerbaijani, anti-Ermeni crowd"),
        ("from Islamabad to New Delhi", "from New Delhi to Islamabad"),
        ("the Milli Majlis, the AZGAYIN JOGHOV", "the Azgayin Zhoghov, the MILLI MEJLIS"),
        ("Ter-Petrosyan’s talks with Rasi-zade", "Mutalibov’s talks with Sargsian"),
        ("(“Baku,” he said: Yerevan!)", "(“Yerevan,” he said: Baku!)"),
        ("Shusha/Khankendi…Bakı", "Shushi/Stepanakert…Irevan"),
        ("ANAMA found mines", "CHDE found mines"),
        ("Ilham Aliyev’s call to Macron", "Nikol Pashinyan’s call to Erdogan"),
    ],
)
def test_names_are_exchanged(text, image):
    assert MIRROR(text) == image
    assert MIRROR(image) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Karabakh, Hadrut and the Minsk Group of the National Assembly",
        "Bakuvians, Armeniapedia, Transarmenia, Azerbaijan2020, Armenia_1",
        "bAku, ArmeniA, new Delhi, MILLI Majlis",
        "New York, the Milli Bank, Ter- and -Petrosyan",
        "Azerbaijan\u0304, Armenia\u0301n, Baku\u0308\u0301s, New Delhi\u0327",  # marks make other words of names
    ],
)
def test_a_text_without_whole_names_is_untouched(text):
    assert MIRROR(text) == text
    assert MIRROR.orient(text) == Oriented(text, turned=False, named=False)
    assert sides_in(text) == []


def test_every_spelling_answers_to_its_counterpart():
    for row in MIRROR.rows:
        for first, second in zip(*(row[side] for side in SIDES), strict=True):
            for case in (str, str.upper, str.lower):
                assert MIRROR(f"a {case(first)}, {case(second)}’s") == f"a {case(second)}, {case(first)}’s"


@pytest.mark.parametrize(
    ("text", "oriented"),
    [
        ("Azeri troops left; Erevan was silent", ("Azerbaijani troops left; Yerevan was silent", False)),
        ("Erevan was silent; Azeri troops left", ("Baku was silent; Armenian troops left", True)),
        ("ERMENI, azeris", ("AZERBAIJANI, armenians", True)),
    ],
)
def test_the_side_that_is_named_first_becomes_azerbaijan(text, oriented):
    assert MIRROR.orient(text) == (*oriented, True)


def test_a_name_is_no_pattern():
    mirror = Mirror([{"azerbaijan": ["St. Barda"], "armenia": ["St. Goris"]}])
    assert mirror("St. Barda, Sta Barda") == "St. Goris, Sta Barda"


@given(TEXTS)
@settings(deadline=None, max_examples=500)
def test_the_mirror_is_its_own_inverse(text):
    assert MIRROR(MIRROR(text)) == text


@given(TEXTS)
@settings(deadline=None, max_examples=500)
def test_the_image_names_the_other_side_everywhere(text):
    sides = sides_in(text)
    assert sides_in(MIRROR(text)) == [SIDES[1 - SIDES.index(side)] for side in sides]
    assert (MIRROR(text) != text) == bool(sides)


@given(TEXTS, st.sampled_from(NAMES), TEXTS)
@settings(deadline=None, max_examples=500)
def test_a_statement_and_its_image_are_read_as_one_text(before, name, after):
    text = f"{before} {name} {after}"
    here, there = MIRROR.orient(text), MIRROR.orient(MIRROR(text))
    assert here.text == there.text
    assert here.turned != there.turned
    assert here.turned == (sides_in(text)[0] == SIDES[1])


@given(TEXTS)
@settings(deadline=None, max_examples=500)
def test_a_text_and_its_image_are_read_as_one_text_however_letters_are_composed(text):
    """As the classifier reads: composed first. A mark behind a name could become one letter with it, in the image."""
    text = normalize("NFC", text)
    here, there = MIRROR.orient(text), MIRROR.orient(normalize("NFC", MIRROR(text)))
    assert (here.text, here.named) == (there.text, there.named)
    assert (here.turned != there.turned) == here.named


def test_every_statement_mirrors_back_to_itself():
    texts = [s.text for directory in (STATEMENTS, CONTRAST) for s in load_directory(directory)]
    assert [text for text in texts if MIRROR(MIRROR(text)) != text] == []
    named = [text for text in texts if MIRROR.orient(text).named]
    assert len(named) > len(texts) / 2
    assert [text for text in named if MIRROR.orient(text).text != MIRROR.orient(MIRROR(text)).text] == []


@pytest.mark.parametrize(
    ("rows", "named", "reason"),
    [
        ([(["Baku", "Bakou"], ["Yerevan"])], "Bakou", "same number of spellings"),
        ([([], [])], "[]", "at least one"),
        ([(["Baku"], ["Yerevan"]), (["Baku"], ["Gyumri"])], "'Baku'", "twice"),
        ([(["Baku"], ["Yerevan"]), (["Ganja"], ["YEREVAN"])], "'YEREVAN'", "twice"),
        ([(["Baku"], ["Yerevan"]), (["Baku"], ["Yerevan"])], "'Baku'", "twice"),
        ([(["Baku", "Baku"], ["Yerevan", "Erevan"])], "'Baku'", "twice"),
        ([("Baku", "Yerevan")], "'Baku'", "a list of spellings"),
        ([(["Sumer Valley"], ["Goris"]), (["Sumer Valley City"], ["Sotk"])], "'sumer valley city'", "begins with"),
        ([(["Baku"], ["Yerevan"]), (["Ganja"], ["yerevan"])], "'yerevan'", "twice"),
        ([(["Baku"], ["Baku"])], "'Baku'", "twice"),
        ([(["Baku"], ["Yerevan"]), (["Yerevan"], ["Ganja"])], "'Yerevan'", "twice"),
        ([(["ANAMA"], ["Centre"])], "'ANAMA'", "acronym"),
        ([(["Milli Majlis"], ["Azgayin Zhoghov"]), (["Majlis"], ["Zhoghov"])], "'majlis'", "another place"),
        ([(["Milli Majlis"], ["Zhoghov"]), (["Majlis Bank"], ["Bank"])], "'majlis'", "another place"),
        ([(["Milli Majlis"], ["Azgayin Zhoghov"]), (["Milli"], ["Azgayin"])], "'milli'", "another place"),
        ([(["Mutalibov"], ["Ter-Petrosyan"]), (["Aliyev"], ["petrosyan-Ter"])], "'petrosyan'", "another place"),
    ],
)
def test_a_row_that_breaks_the_promise_is_refused(rows, named, reason):
    with pytest.raises(ConfigError, match=re.escape(named)) as refusal:
        Mirror(dict(zip(SIDES, row, strict=True)) for row in rows)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("names: {states: [{azerbaijan: [Baku], armenia: []}]}", "Baku"),
        ("names: {states: [{azerbaijan: [Baku]}]}", "armenia"),
        ("names: [Baku]", "not a table of names"),
        ("labels: {}", "names"),
        ("names: {", "not YAML"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_broken_table_is_named(table, reason, tmp_path):
    path = tmp_path / "conflict.yaml"
    if table is not None:
        path.write_text(table, encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(str(path))) as refusal:
        load_mirror(path)
    assert reason in str(refusal.value)
    assert str(refusal.value).count(str(path)) == 1
    assert "recipes" not in str(refusal.value)
