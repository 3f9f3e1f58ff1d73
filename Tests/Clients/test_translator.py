"""papermill with parameters: what the installed package makes of values, and that the kernel reads them back the same."""

import math

import nbformat
import papermill
import pytest
from kernel import notebook, text
from papermill.translators import papermill_translators
from tandem_jupyter.generated.words import WORDS
from tandem_jupyter.lexer import RESERVED
from tandem_jupyter.translator import ParameterError

# From Python, and as `print` shows it.
VALUES = [
    (7, "7"), (-3, "-3"), (2**63 - 1, "9223372036854775807"), (0.5, "0.5"), (1e-05, "1e-05"), (-1e16, "-1e+16"),
    (True, "true"), (False, "false"), ([], "[]"), ([1, 2.5, -1], "[1, 2.5, -1]"), ([[1], [2, 3]], "[[1], [2, 3]]"),
    ([(64, 2), (128, 3)], "[(64, 2), (128, 3)]"),
    ("pooled", "pooled"), ("", ""), ('a "quoted" one', 'a "quoted" one'), (r"C:\new\table", r"C:\new\table"),
    (r"\(1 + 1)", r"\(1 + 1)"), ("two\nlines\tand a tab", "two\nlines\tand a tab"), ("// no comment", "// no comment"),
    ("你好 é e\u0301 😀 👩\u200d👩\u200d👧", "你好 é e\u0301 😀 👩\u200d👩\u200d👧"), # A control character arrives, and is shown as its picture.
    ("\u2028\x7f", "\ufffd␡"),
]


def translate(**parameters):
    return papermill_translators.find_translator("any name", "tandem").codify(parameters)


def test_parameters_become_lets():
    assert translate(epochs=3, name="a") == '// Parameters\nlet epochs = 3\nlet name = "a"\n'


def test_every_value_arrives_as_it_was(tmp_path):
    made = notebook("let unused = 0", *[f"print value{n}" for n in range(len(VALUES))])
    made.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(made, tmp_path / "in.ipynb")
    values = {f"value{n}": value for n, (value, _) in enumerate(VALUES)}
    done = papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", values, progress_bar=False)
    assert [text(cell) for cell in done.cells[2:]] == [shown + "\n" for _, shown in VALUES]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no None"), ({"a": 1}, "no dictionaries"), ([1, None], "no None"), (math.nan, "nan"), (math.inf, "inf"),
        (2**63, "too large"), ("\ud800", "surrogate"), ((1,), "a tuple has at least two"), (b"bytes", "no value for a bytes"),
    ])
def test_what_has_no_form_is_refused_by_name(value, reason):
    with pytest.raises(ParameterError, match=f"'width': .*{reason}"):
        translate(width=value)


def test_a_name_that_cannot_be_bound_is_refused():
    for name in ("for", "a-b", "1st", "a b", ""):
        with pytest.raises(ParameterError):
            translate(**{name: 1})


def test_numpy_scalars_are_numbers():
    numpy = pytest.importorskip("numpy")
    assert "= 3\n" in translate(x=numpy.int64(3)) and "= true\n" in translate(x=numpy.bool_(True))
    assert "= 0.5\n" in translate(x=numpy.float32(0.5))


def test_reserved_words_are_those_of_the_kernel(tandem, run):
    """Each is refused by the kernel as a name, and no word of the language is."""
    for name in RESERVED:
        assert "error" in run(tandem, input=f"let {name} = 1", code=1).stderr, name
    run(tandem, input="\n".join(f"let {name} = 1" for name in WORDS))


def test_papermill_runs_a_notebook_with_parameters(run, tmp_path):
    made = notebook("let epochs = 1 // how long\nlet name = \"a // b\"; // a label", 'print "\\(name): \\(epochs + 1)"')
    made.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(made, tmp_path / "in.ipynb")
    run("papermill", "in.ipynb", "out.ipynb", "-p", "epochs", "41", "-p", "name", 'the "best"')
    done = nbformat.read(tmp_path / "out.ipynb", 4)
    assert text(done.cells[2]) == 'the "best": 42\n'
    assert done.cells[1].metadata.tags == ["injected-parameters"]

    listed = run("papermill", "--help-notebook", "in.ipynb").stdout
    assert "epochs: int (default 1)" in listed and "how long" in listed
    assert 'name: str (default "a // b")' in listed and "a label" in listed


def test_papermill_says_which_parameter_is_wrong(run, tmp_path):
    nbformat.write(notebook("1"), tmp_path / "in.ipynb")
    assert "'epochs': Tandem has no None" in run("papermill", "in.ipynb", "out.ipynb", "-y", "epochs: null", code=1).stderr


def test_papermill_fails_with_the_cell(run, tmp_path):
    nbformat.write(notebook("print 1", "nosuchname"), tmp_path / "in.ipynb")
    assert "there is no `nosuchname`" in run("papermill", "in.ipynb", "out.ipynb", code=1).stderr
