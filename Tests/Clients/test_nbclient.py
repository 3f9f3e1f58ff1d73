"""nbclient, which runs notebooks for nbconvert, papermill, Jupyter Book and CI."""

import nbclient
import pytest
from kernel import TRAINING, notebook, text


def execute(*cells, **options):
    made = notebook(*cells)
    nbclient.NotebookClient(made, timeout=60, **options).execute()
    return made.cells


def test_outputs_are_complete_and_in_order():
    cells = execute('print "one"\nplot [1, 3, 2]\nprint "two"\n3', 'for i in 1...20000 { print "line \\(i)" }')
    kinds = ["stream", "display_data", "display_data", "stream", "execute_result"]
    assert [output.output_type for output in cells[0].outputs] == kinds
    assert "image/svg+xml" in cells[0].outputs[1].data
    # The picture's numbers, folded beneath it.
    folded = cells[0].outputs[2].data
    assert folded["text/html"].startswith("<details>") and "<td" in folded["text/html"]
    assert folded["text/plain"] == ""
    assert text(cells[1]) == "".join(f"line {n}\n" for n in range(1, 20001))


def test_a_training_leaves_one_display_and_its_result():
    cell = execute(TRAINING)[0]
    displays = [output for output in cell.outputs if output.output_type == "display_data"]
    assert len(displays) >= 1
    progress = displays[0]
    assert "text/html" in progress.data or "image/svg+xml" in progress.data
    # What is kept in the notebook must be equal on every run: no times.
    assert not any(unit in progress.data["text/plain"] for unit in ("images/s", " left", "ETA"))


def test_an_error_has_place_reason_and_traceback():
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="there is no `nosuchname`"):
        execute("print nosuchname")
    cells = execute("print nosuchname", "print 2", allow_errors=True)
    assert cells[0].outputs[0].output_type == "error" and cells[0].outputs[0].traceback
    assert text(cells[1]) == "2\n"


def test_a_cell_beyond_its_time_is_interrupted_and_the_next_one_runs():
    made = notebook("for i in 1...2000000000 { i }", "1 + 1")
    nbclient.NotebookClient(made, timeout=1, interrupt_on_timeout=True, allow_errors=True).execute()
    assert made.cells[0].outputs[0].output_type == "error"
    assert text(made.cells[1]) == "2"


def test_a_question_without_a_person_is_an_error():
    cell = execute('ask "How many epochs? "', allow_errors=True)[0]
    assert cell.outputs[-1].output_type == "error"
