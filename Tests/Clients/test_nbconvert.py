"""nbconvert: a notebook run and written as a page, Markdown, a script, LaTeX and PDF."""

import importlib.util
import shutil

import nbformat
import pytest
from kernel import notebook

CELLS = [
    'let values = [3, 1, 2]\nplot values',
    'table [("<script>alert(1)</script>", 1)]',
    "model Net { input 3x32x32; flatten; linear 10 }\nsummary Net",
    'print "a & b <i>"\nsum values',
]


@pytest.fixture
def written(tmp_path):
    title = nbformat.v4.new_markdown_cell("# An experiment")
    nbformat.write(notebook(title, *CELLS), tmp_path / "a.ipynb")
    return tmp_path


def test_html_holds_every_output(run, written):
    run("jupyter", "nbconvert", "--to", "html", "--execute", "a.ipynb")
    page = (written / "a.html").read_text()
    assert "data:image/svg+xml;base64," in page and "30,730" in page and "a &amp; b &lt;i&gt;" in page
    # The cell's text, the picture's title: as text, not as a script.
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_markdown_has_pictures_as_files_and_code_as_tandem(run, written):
    run("jupyter", "nbconvert", "--to", "markdown", "--execute", "a.ipynb")
    text = (written / "a.md").read_text()
    assert "```tandem\nmodel Net" in text and "![svg](a_files/" in text and "# An experiment" in text
    files = {path.suffix: path.read_bytes() for path in (written / "a_files").iterdir()}
    assert files[".svg"].lstrip().startswith(b"<svg") and files[".png"].startswith(b"\x89PNG") and len(files) == 2


def test_a_script_runs_as_it_is(run, written, tandem):
    run("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", "a.ipynb")
    run("jupyter", "nbconvert", "--to", "script", "a.ipynb")
    assert run(tandem, "run", "a.tandem").stdout.endswith("a & b <i>\n6\n")


def test_an_error_fails_unless_it_is_allowed(run, tmp_path):
    nbformat.write(notebook("nosuchname", "1 + 1"), tmp_path / "a.ipynb")
    failed = run("jupyter", "nbconvert", "--to", "html", "--execute", "a.ipynb", code=1)
    assert "there is no `nosuchname`" in failed.stderr
    run("jupyter", "nbconvert", "--to", "html", "--execute", "--allow-errors", "a.ipynb")
    assert "there is no `nosuchname`" in (tmp_path / "a.html").read_text()


def test_latex(run, written):
    if not shutil.which("pandoc"):
        pytest.skip("LaTeX needs pandoc for Markdown")
    nbformat.write(notebook(CELLS[2]), written / "b.ipynb")
    run("jupyter", "nbconvert", "--to", "latex", "--execute", "b.ipynb")
    assert "30,730" in (written / "b.tex").read_text()


def test_pdf(run, written):
    if importlib.util.find_spec("playwright"):
        run("jupyter", "nbconvert", "--to", "webpdf", "--execute", "a.ipynb")
    elif all(map(shutil.which, ("xelatex", "pandoc", "inkscape"))):
        run("jupyter", "nbconvert", "--to", "pdf", "--execute", "a.ipynb")
    else:
        pytest.skip("neither playwright (webpdf) nor xelatex with pandoc and inkscape (pdf) is here")
    assert (written / "a.pdf").read_bytes().startswith(b"%PDF")
