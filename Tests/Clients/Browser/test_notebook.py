"""Notebook 7: opened, run, completed, saved."""

import nbformat
import pytest
from kernel import TRAINING, notebook
from page import Page, until
from selenium.webdriver.common.keys import Keys


@pytest.fixture(scope="module")
def page(folder, server, browser):
    nbformat.write(notebook(TRAINING, "plot a, y: loss", "print 6 * 7"), folder / "seven.ipynb")
    page = Page(browser, server, "/notebooks/seven.ipynb")
    page.open()
    return page


def test_cells_run(page):
    assert "Tandem" in page.kernel()
    page.run(0)
    assert page.pictures(0), "the curve of the training"
    page.run(1)
    assert page.pictures(1)
    assert page.run(2) == "42"
    page.picture("notebook-7")


def test_tab_completes(page):
    page.replace(2, "cif")
    page.press(Keys.TAB)
    items = until(lambda: page.all(".jp-Completer-item .jp-Completer-match"), "the list of completions")
    assert [item.text for item in items] == ["cifar10", "cifar100"]
    page.press(Keys.ESCAPE)


def test_it_is_saved(page, folder):
    page.replace(2, "print 7 * 6")
    page.press(Keys.CONTROL, "s")

    def kept():
        try:
            return nbformat.read(folder / "seven.ipynb", 4).cells[2].source == "print 7 * 6"
        except ValueError:  # half written
            return False

    until(kept, "the notebook on the disk")
