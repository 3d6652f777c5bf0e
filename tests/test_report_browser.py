"""The report in a browser: it fits a phone and a desk, in light and dark, and its tables are open in print."""

import os
import re
import shutil
import subprocess
import tempfile
from html import escape

import pytest
from report_pages import sample

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
SIZE_SCRIPT = """
<script>
const wide = [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll') || e.matches('.scroll'))
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName);
const moving = [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length;
const page = document.documentElement.scrollWidth;
top.document.title = `width ${innerWidth} scroll ${page} beyond [${wide}] tables ${moving}`;
</script></body>"""
FRAME = '<!DOCTYPE html><title>empty</title><iframe style="border: 0" width="{}" height="2000" srcdoc="{}"></iframe>'
"""A browser's window is 500 pixels wide at least; a frame in it may be narrower."""

WIDTHS = [360, 1280]
DARK = "--blink-settings=preferredColorScheme=0"

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a Chromium: apt-get install chromium")


def browse(address, *options):
    """What headless Chromium prints of a page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [BROWSER, *OPTIONS, f"--user-data-dir={profile}", *options, address]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "TZ": "UTC"}
        )
    assert done.returncode == 0, done.stderr
    return done.stdout


def picture(address, path, width, height, *options):
    """A screenshot."""
    image = pytest.importorskip("PIL.Image")
    browse(address, f"--window-size={width},{height}", f"--screenshot={path}", *options)
    return image.open(path).convert("RGB")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    from wirestance.inference.report.page import write_report

    path = tmp_path_factory.mktemp("report") / "report.html"
    long = "A wire service with a long name, its English desk (" + "Nagorno-Karabakh" * 5 + ")"
    sources = {"Azertac": 0.4, "Armenpress": -0.4, "Reuters": 0.0, "Interfax": 0.1, long: -0.1, "新华社": 0.0}
    write_report(sample(days=30, sources=sources), path, title="Wires of October")
    return path


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("opened", [False, True], ids=["tables closed", "tables open"])
def test_the_page_does_not_scroll_sideways(page, tmp_path, width, opened):
    html = page.read_text(encoding="utf-8").replace("</body>", SIZE_SCRIPT)
    html = re.sub(r"<meta http-equiv[^>]*>", "", html)  # it forbids scripts
    probe = tmp_path / "probe.html"
    html = html.replace("<details>", "<details open>") if opened else html
    probe.write_text(FRAME.format(width, escape(html)), encoding="utf-8")
    shown = browse(probe.as_uri(), "--window-size=1400,2100", "--dump-dom")
    found = re.search(r"<title>width (\d+) scroll (\d+) beyond \[(.*?)\] tables (\d+)", shown)
    assert found
    assert int(found[1]) == width
    assert int(found[2]) <= width
    assert found[3] == ""
    assert int(found[4]) == 0 or width < 640, "tables scroll on a phone only"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("options", [(), (DARK,)], ids=["light", "dark"])
def test_the_page_shows(page, tmp_path, width, options):
    shown = picture(page.as_uri(), tmp_path / "page.png", width, 3000, *options)
    assert shown.size == (width, 3000)
    background = shown.getpixel((2, 2))
    assert (sum(background) < 150) == bool(options)
    colours = shown.getcolors(maxcolors=1 << 24)
    assert len(colours) > 50
    painted = sum(number for number, colour in colours if colour != background)
    assert painted / (width * 3000) > 0.05
    edge = shown.crop((width - 4, 0, width, 3000)).getcolors()
    assert edge == [(4 * 3000, background)], "something is cut off at the right edge"


def test_a_script_in_the_page_could_not_run(page, tmp_path):
    probe = tmp_path / "probe.html"
    probe.write_text(page.read_text(encoding="utf-8").replace("</body>", SIZE_SCRIPT), encoding="utf-8")
    assert "<title>Wires of October</title>" in browse(probe.as_uri(), "--dump-dom")


def test_the_tables_are_open_in_print(page, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext: apt-get install poppler-utils")
    path = tmp_path / "page.pdf"
    browse(page.as_uri(), "--no-pdf-header-footer", f"--print-to-pdf={path}")
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    sections = text.partition("Lean over time")[2].partition("Labels by source")[0]
    assert len(re.findall(r"^\s*\d+\s+Oct\s+2020\b", sections, re.MULTILINE)) == 30
    assert "On this page" not in text
