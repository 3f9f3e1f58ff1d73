"""A notebook in JupyterLab, from opening to reloading: one page, in the order in which a person works. Pictures of the steps
are left in .build/browser, for people."""

import nbformat
import pytest
from kernel import notebook
from page import Page, until
from selenium.webdriver.common.keys import Keys

DATA = """\
let shapes = take(synthetic(), 2000, test: 500)
model Small(width: 16) {
    input 3x32x32
    conv width, padding: 1; relu
    maxpool 4; flatten; linear 10
}"""
CELLS = [
    DATA,
    "let a = train Small, on: shapes, epochs: 2, fresh: true\nlet b = train Small(width: 8), on: shapes, epochs: 2, fresh: true",
    "table a, b",
    "plot a, b, y: loss",
    "summary Small",
    "show shapes",
    "print 6 * 7",
    "let long = train Small, on: shapes, epochs: 1000, fresh: true",
    "long.state",
    "1 + 1",
]
DATA_CELL, TRAINING, TABLE, PLOT, SUMMARY, IMAGES, PRINT, LONG, STATE, LAST = range(len(CELLS))


@pytest.fixture(scope="module")
def page(folder, server, browser):
    nbformat.write(notebook(*CELLS), folder / "a.ipynb")
    page = Page(browser, server, "/lab/tree/a.ipynb")
    page.open()
    return page


def test_the_notebook_opens_with_our_kernel(page):
    until(lambda: "Tandem" in page.kernel(), "the kernel's name")
    assert len(page.cells()) == len(CELLS)


def test_cells_are_colored(page):
    """`let` and a number have each a color of their own."""
    def colors():
        return {piece.value_of_css_property("color") for piece in page.all(".cm-line span", page.cells()[DATA_CELL])}

    # The editor reads the language's mode after it has shown the text.
    until(lambda: len(colors()) >= 2, "two colors")


def test_cells_run_and_show_what_they_came_to(page):
    page.run(DATA_CELL)
    page.run(TRAINING)
    assert len(page.pictures(TRAINING)) == 2, "the curves of two trainings"
    page.picture("training")
    assert "accuracy" in page.run(TABLE) and page.all("table", page.cells()[TABLE])
    page.run(PLOT)
    assert len(page.pictures(PLOT)) == 1
    page.picture("plot")
    assert "conv" in page.run(SUMMARY).lower() and page.all("table", page.cells()[SUMMARY])
    page.run(IMAGES)
    assert page.pictures(IMAGES)
    page.picture("summary-and-images")
    assert page.run(PRINT) == "42"


def test_tab_completes(page):
    page.replace(LAST, "cif")
    page.press(Keys.TAB)
    items = until(lambda: page.all(".jp-Completer-item .jp-Completer-match"), "the list of completions")
    assert [item.text for item in items] == ["cifar10", "cifar100"]
    page.picture("tab")
    page.press(Keys.ENTER)
    until(lambda: page.source(LAST) == "cifar10", "the chosen completion")


def test_shift_tab_explains(page):
    page.replace(LAST, "train")
    page.press(Keys.SHIFT, Keys.TAB)
    tip = until(lambda: page.all(".jp-Tooltip"), "the explanation")[0]
    assert "Trains a model on a data set" in until(lambda: tip.text, "its text")
    page.picture("shift-tab")
    page.press(Keys.ESCAPE)


def test_a_training_shows_how_far_it_is_and_the_cursor_is_not_made_to_wait(page):
    page.start(LONG)
    first = until(lambda: page.pictures(LONG), "the training's display")
    until(lambda: page.pictures(LONG) != first, "the display's next state")
    assert page.prompt(LONG) == "[*]:" and page.status() == "busy"
    # The display is changed in place.
    assert len(page.pictures(LONG)) == 1
    page.picture("while-it-trains")

    page.replace(LAST, "cif")
    page.press(Keys.TAB)
    until(lambda: page.all(".jp-Completer-item"), "completions while a cell runs", 5)
    page.press(Keys.ESCAPE)
    assert page.prompt(LONG) == "[*]:"
    until(lambda: page.status() == "busy", "the mark, which still says busy", 5)


def test_the_stop_button_ends_it_and_what_was_trained_is_kept(page):
    page.click("notebook:interrupt-kernel")
    until(lambda: page.prompt(LONG) != "[*]:", "the end of the training", 10)
    assert "interrupted" in page.output(LONG)
    until(lambda: page.status() == "idle", "an idle kernel")
    page.picture("stopped")
    assert "interrupted" in page.run(STATE)


def test_a_question_is_asked_and_answered(page):
    page.replace(LAST, 'let answer = ask "How many epochs? "\nprint answer + 1')
    page.start(LAST)
    field = until(lambda: page.all(".jp-Stdin-input"), "a field for the answer")[0]
    field.send_keys("41", Keys.ENTER)
    until(lambda: page.output(LAST).endswith("42"), "the answer")


def test_after_a_restart_the_cells_run_again(page):
    page.click("notebook:restart-kernel")
    page.accept()
    page.ready()
    page.replace(LAST, "print shapes")
    assert "there is no `shapes`" in page.run(LAST)
    assert page.prompt(LAST) == "[1]:"
    page.run(DATA_CELL)
    assert page.prompt(DATA_CELL) == "[2]:"
    page.run(TRAINING)


def test_what_is_saved_is_there_again(page, folder):
    page.enter(LAST)
    page.press(Keys.CONTROL, "s")

    def kept():
        try:
            cells = nbformat.read(folder / "a.ipynb", 4).cells
        except ValueError:  # half written
            return None
        return cells if cells[LAST].source == "print shapes" and cells[DATA_CELL].execution_count == 2 else None

    cells = until(kept, "the notebook on the disk")
    assert cells[PRINT].outputs[0].text == "42\n"
    assert "image/svg+xml" in cells[PLOT].outputs[0].data
    assert cells[LONG].outputs[-1].output_type == "error"
    shown = [page.output(number) for number in range(len(CELLS))]
    page.browser.refresh()
    page.ready()
    until(lambda: [page.output(number) for number in range(len(CELLS))] == shown, "the same outputs")
    assert len(page.pictures(PLOT)) == 1
    page.picture("reloaded")


def test_it_reads_in_the_dark(page):
    """For the eye: the same outputs on a dark page."""
    page.theme("JupyterLab Dark")
    page.browser.refresh()
    page.ready()
    until(lambda: page.all('body[data-jp-theme-light="false"]'), "the dark theme")
    until(lambda: len(page.cells()) == len(CELLS), "all cells")
    for number, name in ((TRAINING, "training"), (PLOT, "plot"), (IMAGES, "images"), (LONG, "stopped")):
        page.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", page.cells()[number])
        page.picture(f"dark-{name}")
    page.theme("JupyterLab Light")
