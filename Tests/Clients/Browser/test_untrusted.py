"""A notebook from elsewhere, which JupyterLab does not trust: it shows no SVG of it, and only some HTML. And the page of
`tandem run --output`, on the screen and on paper."""

import subprocess

import nbformat
import pytest
from kernel import notebook
from page import PICTURES, Page, until

CELLS = [
    "let shapes = take(synthetic(), 500, test: 100)\nmodel Small { input 3x32x32; conv 8; relu; maxpool 4; flatten; linear 10 }",
    "let a = train Small, on: shapes, epochs: 2 // a \"short\" one",
    "let s = compare Small, Small, on: shapes, epochs: 1, seeds: 1...2, force: true",
    "plot a, y: loss",
    "show shapes, count: 12",
    "table a",
    "confusion a",
]
TRAINING, STUDY, PLOT, IMAGES, TABLE, CONFUSION = range(1, 7)


@pytest.fixture(scope="module")
def executed(tandem, tmp_path_factory):
    """A folder with the notebook as `tandem run` wrote it, and as a page."""
    made = tmp_path_factory.mktemp("executed")
    nbformat.write(notebook(*CELLS), made / "in.ipynb")
    for name in ("elsewhere.ipynb", "elsewhere.html"):
        subprocess.run([tandem, "run", "in.ipynb", "--output", name], cwd=made, check=True, capture_output=True, timeout=120)
    return made


def test_an_untrusted_notebook_shows_its_pictures(executed, folder, server, browser):
    (folder / "elsewhere.ipynb").write_bytes((executed / "elsewhere.ipynb").read_bytes())
    page = Page(browser, server, "/lab/tree/elsewhere.ipynb")
    page.open()
    for number in (TRAINING, STUDY, PLOT, IMAGES, CONFUSION):
        def image(number=number):
            cell = page.cells()[number]
            page.browser.execute_script("arguments[0].scrollIntoView()", cell)
            return page.all(".jp-OutputArea .jp-RenderedImage img", cell)

        drawn = until(image, f"the picture below cell {number}")
        until(lambda: browser.execute_script("return arguments[0].naturalWidth", drawn[0]) > 200, "its pixels")
        assert not page.pictures(number), "no SVG: the notebook is not trusted"
        page.picture(f"untrusted-{number}")
    assert "accuracy" in page.output(TABLE)


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_nothing_of_the_page_is_cut(executed, browser, medium):
    wide = (executed / "elsewhere.html").read_text().replace(
        "</main>",
        '<section><div class="output"><table id="wide"><tr>'
        + "".join(f'<td style="white-space:nowrap">a column {number}</td>' for number in range(30))
        + '</tr></table></div><div class="output"><pre>' + "x" * 400 + "</pre></div></section></main>")
    (executed / "wide.html").write_text(wide)
    browser.set_window_size(800, 1000)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium})
    try:
        browser.get((executed / "wide.html").as_uri())
        PICTURES.mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(PICTURES / f"output-{medium}.png"))
        # What is wider than the page scrolls on the screen, and is broken on paper.
        assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
        hidden = browser.execute_script(
            "return [...document.querySelectorAll('.output, pre')].filter(part => part.scrollWidth > part.clientWidth + 1)"
            ".map(part => getComputedStyle(part).overflowX)")
        assert set(hidden) <= ({"auto"} if medium == "screen" else set()), hidden
        colors = browser.execute_script(
            "return [...document.querySelectorAll('.code .word, .code .number, .code .string, .code .comment')]"
            ".map(piece => [piece.className, getComputedStyle(piece).color])")
        assert len({color for _, color in colors}) >= 3 and {"word", "number", "comment"} <= {kind for kind, _ in colors}
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        browser.set_window_size(1300, 1000)
