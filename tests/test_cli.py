"""The command line: texts, files and pipes in, JSON lines out, a message instead of a traceback."""

import json
import os
import pty
import select
import shutil
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from importlib.metadata import version
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest
from click.testing import CliRunner

from wirestance import LABELS, StanceClassifier
from wirestance.inference.cli import wirestance
from wirestance.inference.wires.fields import GUESSES
from wirestance.inference.wires.recognise import FORMATS
from wirestance.model.artifact import NETWORK, STANCE

SCRIPT = Path(sys.executable).with_name("wirestance")
TEXTS = ["Azerbaijani forces repelled an attack.", "Yerevan denied Baku’s claim.", "Talks resume in Geneva today."]
LINES = "\n".join(TEXTS).encode()


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model)


@pytest.fixture
def call(tiny_model, tmp_path, monkeypatch):
    """Run the command in this process: exit code, records, messages."""
    monkeypatch.chdir(tmp_path)

    def answer(*arguments, stdin=b""):
        result = CliRunner().invoke(wirestance, [*arguments, "--model", str(tiny_model)], input=stdin)
        assert isinstance(result.exception, SystemExit | None)
        return result.exit_code, [json.loads(line) for line in result.stdout.split("\n")[:-1]], result.stderr

    return answer


def process(*arguments, **options):
    """Run the command as people do."""
    done = run([SCRIPT, *arguments], **({"capture_output": True, "timeout": 60} | options), check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


def on_terminal(*arguments):
    """Run the command with a terminal as its input and output; what it shows, after code and messages."""
    outer, inner = pty.openpty()
    streams = {"capture_output": False, "stdin": inner, "stdout": inner, "stderr": PIPE}
    code, _, messages = process(*arguments, **streams, env=os.environ | {"COLUMNS": "160", "TERM": "dumb"})
    os.write(inner, b"end\n")  # a terminal gives line after line, but no end
    with os.fdopen(outer, encoding="utf-8") as file:
        shown = [line.removesuffix("\n") for line in iter(file.readline, "end\n")]
    os.close(inner)
    return code, messages, shown


def test_a_text_is_answered_as_the_library_answers_it(call, classifier):
    for text in TEXTS:
        answer = classifier.predict(text, threshold=0)
        record = {"text": text, "label": answer.label, "score": round(answer.score, 4), "truncated": False}
        assert call(text, "--threshold", "0") == call("label", text, "--threshold", "0") == (0, [record], "")


def test_texts_files_and_pipes_get_the_same_answers(call, tiny_model, tmp_path):
    (tmp_path / "wires.txt").write_bytes(LINES)
    code, records, messages = call(*TEXTS)
    assert (code, [record["text"] for record in records], messages) == (0, TEXTS, "")
    assert call("wires.txt") == call("-", stdin=LINES) == call(stdin=LINES) == (0, records, "")
    mixed = call(TEXTS[2], "wires.txt", "-", TEXTS[0], stdin=TEXTS[1].encode())
    assert mixed == (0, [records[2], *records, records[1], records[0]], "")
    code, shown, messages = process("--model", tiny_model, input=LINES)
    assert (code, [json.loads(line) for line in shown.splitlines()], messages) == (0, records, "")


@pytest.mark.parametrize("stdin", [b"", b"\n \r\n\n"])
def test_a_pipe_with_nothing_is_said(call, stdin):
    assert call(stdin=stdin) == call("-", stdin=stdin) == (1, [], "wirestance: standard input: holds no statement\n")


def test_the_first_answer_comes_before_the_input_ends(tiny_model):
    with Popen([SCRIPT, "--model", tiny_model], bufsize=0, stdin=PIPE, stdout=PIPE) as command:
        command.stdin.write(b"Talks went on.\n")
        assert select.select([command.stdout], [], [], 30)[0]
        assert json.loads(command.stdout.readline())["text"] == "Talks went on."
        assert command.communicate(b"Talks ended.\n", timeout=60)[0].count(b"\n") == 1


def test_probabilities_of_every_label(call):
    for record in call("--probabilities", *TEXTS)[1]:
        assert tuple(record["scores"]) == LABELS
        assert sum(record["scores"].values()) == pytest.approx(1, abs=2e-4)
        assert max(record["scores"].values()) == record["score"]
    assert all("scores" not in record for record in call(*TEXTS)[1])


def test_json_is_the_default_on_a_pipe_and_a_choice_on_a_terminal(tiny_model, call):
    records = call(*TEXTS)[1]
    code, messages, shown = on_terminal("--json", "--model", tiny_model, *TEXTS)
    assert (code, [json.loads(line) for line in shown], messages) == call("--json", *TEXTS) == (0, records, "")


@pytest.mark.parametrize("threshold", ["0", "0.999"])
def test_a_terminal_shows_label_score_and_statement(tiny_model, call, threshold):
    text = "Talks [bold]resume[/bold]."
    _, [record], _ = call(text, "--threshold", threshold)
    code, messages, [row] = on_terminal("--model", tiny_model, text, "--threshold", threshold)
    assert (code, messages) == (0, "")
    told = [text, f"({record['problem']})"] if "problem" in record else [text]
    assert row.split() == [
        *(record["label"] or "can't tell").split(),
        f"{record['score']:.2f}",
        *" ".join(told).split(),
    ]


def test_a_terminal_without_arguments_gets_the_usage(tiny_model):
    code, messages, shown = on_terminal("--model", tiny_model)
    assert (code, shown) == (2, [])
    assert "give a text, a file, or -" in messages


def test_threshold(call):
    code, records, _ = call("--threshold", "0", *TEXTS)
    assert all(record["label"] in LABELS and "problem" not in record for record in records)
    withheld = {"label": None, "problem": "below the threshold"}
    assert call("--threshold", "0.999", *TEXTS) == (code, [record | withheld for record in records], "")


def test_the_lines_are_utf_8_whatever_the_locale(tiny_model):
    command = [SCRIPT, "--model", tiny_model, TEXTS[1]]
    done = run(command, stdout=PIPE, check=True, env=os.environ | {"PYTHONIOENCODING": "latin-1"}, timeout=60)
    assert json.loads(done.stdout.decode())["text"] == TEXTS[1]


def test_version():
    assert process("--version") == (0, f"wirestance {version('wirestance')}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["label", "--help"], ["a text", "--help"]])
def test_help_shows_examples(arguments):
    code, shown, messages = process(*arguments)
    examples = shown.split("Examples:\n")[1].splitlines()
    assert (code, messages, examples[0]) == (0, "", '    wirestance "Azerbaijani forces repelled an attack."')
    assert all("wirestance " in line for line in examples)


def test_the_commands_are_told_in_whole_lines():
    code, shown, _ = process("--help")
    told = dict(line.split(maxsplit=1) for line in shown.split("Commands:\n")[1].split("\n\n")[0].splitlines())
    assert (code, list(told)) == (0, sorted(wirestance.commands))
    assert all(line.endswith(".") and not line.endswith("..") for line in told.values())


@pytest.mark.parametrize("command", sorted(wirestance.commands))
def test_every_command_has_an_example(command):
    done = CliRunner().invoke(wirestance, [command, "--help"])
    assert done.exit_code == 0
    assert "Examples:\n    wirestance " in done.output


def test_the_help_of_score_names_what_is_allowed():
    shown = " ".join(CliRunner().invoke(wirestance, ["score", "--help"]).output.split())
    formats, fields, per = (shown.split(f" --{name} ")[1].split(" --")[0] for name in ("format", "field", "per"))
    assert all(name in formats for name in FORMATS)
    assert all(name in fields for name in GUESSES)
    assert "[default: statement]" in per


@pytest.mark.parametrize(
    ("mistyped", "told"),
    [
        ("repotr", "did you mean 'report'?"),
        ("scroe", "did you mean 'score'?"),
        ("Explian", "did you mean 'explain'?"),
        ("labels", "did you mean 'label'?"),
        ("help", "see wirestance --help"),
    ],
)
def test_a_mistyped_command_is_no_statement(call, tmp_path, mistyped, told):
    done = CliRunner().invoke(wirestance, [mistyped, "x.jsonl"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"no such command {mistyped!r}; {told}" in done.stderr
    (tmp_path / mistyped).write_bytes(LINES)
    assert call(mistyped) == call(*TEXTS)


@pytest.mark.parametrize("text", ["Peace", "Ceasefire", "report on talks", "scores of wounded"])
def test_another_word_and_several_are_a_statement(call, text):
    code, records, messages = call(text)
    assert (code, [record["text"] for record in records], messages) == (0, [text], "")
    assert call("label", "scores")[1][0]["text"] == "scores"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("", "argument 2: the statement is empty"),
        (" \t\n", "argument 2: the statement is empty"),
        ("caf\udce9 talks", "argument 2: the statement is not valid Unicode at character 3"),
        ("missing.txt", "missing.txt: no such file"),
        ("no/such/file", "no/such/file: no such file"),
        (".", ".: cannot be read: Is a directory"),
        (b"", "wires: holds no statement"),
        (b"\xef\xbb\xbf\r\n \n", "wires: holds no statement"),
        (b"<?xml version='1.0'?>\n<rss/>", "wires: is no plain text; `wirestance score` reads feeds, HTML and JSON"),
        (b"\xef\xbb\xbf\r\n <p>Talks resume.</p>\n", "wires: is no plain text"),
        (b'{"text": "Talks resume."}\n{"text": "They end."}\n', "wires: is no plain text"),
        (b'[\n  {"text": "Talks resume."}\n]', "wires: is no plain text"),
        (b'["Talks resume."]', "wires: is no plain text"),
        (b"\n\n\x07 42 \x1b\n", "wires:3: the statement has no words: '\\x07 42 \\x1b'"),
        (b"T\0a\0l\0k\0s\0\n", "wires:1: the statement has a NUL at character 1; only text is allowed"),
        (BOM_UTF16_LE + "\n<rss/>\n".encode("utf-16-le"), "wires: is no plain text"),
        (b"\n\nT\xfcrkiye\n", "wires:3: not UTF-8: byte 0xfc at position 1"),
        (b"\xef\xbb\xbfok \xff\n", "wires:1: not UTF-8: byte 0xff at position 3"),
    ],
)
def test_bad_input_is_said_and_the_rest_answered(call, tmp_path, argument, message):
    if isinstance(argument, bytes):
        (tmp_path / "wires").write_bytes(argument)
    code, records, messages = call(TEXTS[0], "wires" if isinstance(argument, bytes) else argument, TEXTS[1])
    assert (code, [record["text"] for record in records]) == (1, TEXTS[:2])
    assert messages.startswith(f"wirestance: {message}")
    assert messages.count("\n") == 1


def test_odd_lines_are_answered_and_bad_ones_skipped(call, tmp_path):
    texts = ["Türkiye said so.", "Talks\x07 went\x1b[2J \u2028on\r🙂", "word " * 199_999 + "word", "Talks ended"]
    first, *rest = ("\ufeff" + "\r\n".join(texts)).encode().split(b"\r\n")
    (tmp_path / "wires").write_bytes(b"\r\n".join([first, b"", b" \t", b"bad \xff", *rest]))
    code, records, messages = call("wires")
    assert [(record["text"], record["truncated"]) for record in records] == [(text, len(text) > 99) for text in texts]
    assert (code, messages) == (1, "wirestance: wires:4: not UTF-8: byte 0xff at position 4\n")


@pytest.mark.parametrize(("mark", "encoding"), [(BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_in_utf_16_is_read(call, tmp_path, mark, encoding, end):
    texts = [*TEXTS, "Ċ \u0a0a \u2028 Talks went on."]  # characters with the byte of a line end in them
    data = mark + f"{end}{end.join(texts)}{end}".encode(encoding)
    (tmp_path / "wires.txt").write_bytes(data)
    code, records, _ = call("wires.txt", "missing.txt")
    assert (code, [record["text"] for record in records]) == (1, texts)
    assert call("-", stdin=data)[1] == records
    assert call("-", stdin=data + mark[:1])[1:] == (  # half a character
        records,
        "wirestance: standard input:6: the statement has no words: '\ufffd'\n",
    )


def test_a_text_may_begin_with_a_word_in_brackets(call, tmp_path):
    (tmp_path / "wires").write_text("[Updated] Talks resume.\n{broken\n")
    assert [record["text"] for record in call("wires")[1]] == ["[Updated] Talks resume.", "{broken"]
    assert call("-", stdin=b"<b>Talks resume.</b>")[0] == 0


@pytest.mark.parametrize(
    "wrong", ["--unknown", "--threshold=1", "--threshold=-0.1", "--threshold=high", "--threshold=nan", "--threads=0"]
)
def test_wrong_options_get_the_usage(wrong):
    code, shown, messages = process(wrong, "A text.")
    assert (code, shown) == (2, "")
    assert wrong.split("=")[0] in messages


@pytest.mark.parametrize("broken", ["", STANCE, NETWORK])
def test_a_directory_that_is_no_whole_model_is_refused(tiny_model, tmp_path, broken):
    model = tmp_path / "model"
    reasons = {"": "no such model directory", STANCE: "not a valid stance.json", NETWORK: "changed since it was saved"}
    if broken:
        shutil.copytree(tiny_model, model)
        (model / broken).write_bytes(b"")
    code, shown, messages = process("--model", model, "A text.")
    assert (code, shown, messages.count("\n")) == (1, "", 1)
    assert messages.startswith(f"wirestance: {(model / broken)}: {reasons[broken]}")
    assert "has no stance.json" in process("--model", tmp_path, "A text.")[2]


def test_a_command_behind_the_options_is_no_statement(tiny_model):
    code, shown, messages = process("--model", tiny_model, "explain", TEXTS[0])
    assert (code, shown) == (2, "")
    assert "write the command 'explain' first" in messages


def test_a_value_and_what_is_behind_two_dashes_are_no_command(tiny_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report").symlink_to(tiny_model)
    for texts in ([TEXTS[0]], ["--", "score"], [TEXTS[0], "--", "label", "explain"]):
        done = CliRunner().invoke(wirestance, ["--model", "report", *texts])
        shown = [json.loads(line)["text"] for line in done.stdout.splitlines()]
        assert (done.exit_code, shown) == (0, [text for text in texts if text != "--"])
    done = CliRunner().invoke(wirestance, ["--model", "report", "--json", "score", TEXTS[0]])
    assert "write the command 'score' first" in done.stderr


def test_a_wire_cannot_forge_the_terminal(tiny_model):
    for command in ("label", "explain"):
        code, _, shown = on_terminal(command, "--model", tiny_model, "Talks\x1b[2J went on, both said.")
        assert code == 0
        assert not any("\x1b[2J" in line for line in shown)
