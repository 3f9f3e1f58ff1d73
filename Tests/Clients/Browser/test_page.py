"""A page that nbconvert makes, as a browser shows and prints it; printing is what `nbconvert --to webpdf` does."""

import base64

import nbformat
import pytest
from kernel import TRAINING, notebook
from page import PICTURES
from selenium.webdriver.common.print_page_options import PrintOptions

CELLS = [TRAINING, "table a", "plot a, y: loss", "summary Small", "show d, count: 10", 'print "<script>window.hacked = 1</script>"', "nosuch"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_has_all_outputs_and_can_be_printed(run, tmp_path, browser, theme):
    nbformat.write(notebook(*CELLS), tmp_path / "a.ipynb")
    run("jupyter", "nbconvert", "--to", "html", "--execute", "--allow-errors", f"--HTMLExporter.theme={theme}", "a.ipynb")
    browser.get((tmp_path / "a.html").as_uri())
    text = browser.find_element("tag name", "body").text
    for seen in ("multiply-adds", "<script>window.hacked = 1</script>", "there is no `nosuch`"):
        assert seen in text
    assert browser.execute_script("return window.hacked") is None
    drawn = browser.execute_script("return [...document.images].map(image => image.naturalWidth)")
    assert len(drawn) >= 3 and all(drawn)
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser.set_window_size(1000, 1900)
    browser.save_screenshot(str(PICTURES / f"page-{theme}.png"))
    browser.set_window_size(1300, 1000)
    # webpdf's page has no margins of its own.
    paper = PrintOptions()
    paper.margin_left = paper.margin_right = paper.margin_top = paper.margin_bottom = 0
    pdf = base64.b64decode(browser.print_page(paper))
    (PICTURES / f"page-{theme}.pdf").write_bytes(pdf)
    assert pdf.startswith(b"%PDF") and len(pdf) > 20_000
