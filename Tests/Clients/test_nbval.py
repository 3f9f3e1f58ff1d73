"""nbval: a notebook's kept outputs are what comes again."""

import nbformat
from kernel import TRAINING, notebook

# `-p` keeps nbval out of the way of this very pytest.
NBVAL = ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]


def test_outputs_come_again(run, tmp_path):
    """Of all that tells no times: nbval does not follow a display that is updated, and a table of runs holds their speed."""
    made = notebook(TRAINING, "table a", "a", "a.digest", "plot a, y: loss", "summary Small")
    for cell in made.cells[:2]:
        cell.metadata["tags"] = ["nbval-ignore-output"]
    nbformat.write(made, tmp_path / "a.ipynb")
    run("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", "a.ipynb")
    for _ in range(2):
        assert "6 passed" in run(*NBVAL, "a.ipynb").stdout


def test_a_changed_output_is_noticed(run, tmp_path):
    nbformat.write(notebook("1 + 1"), tmp_path / "a.ipynb")
    run("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", "a.ipynb")
    changed = nbformat.read(tmp_path / "a.ipynb", 4)
    changed.cells[0].outputs[0].data["text/plain"] = "3"
    nbformat.write(changed, tmp_path / "a.ipynb")
    assert "1 failed" in run(*NBVAL, "a.ipynb", code=1).stdout
