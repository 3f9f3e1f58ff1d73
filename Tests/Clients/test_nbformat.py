"""What is written of a notebook, however odd, is valid for Jupyter's own library."""

import json
import subprocess

import nbformat
import pytest

import kernel


def code(**fields):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": [], "source": "print 1"}
    return {**cell, **fields}


def skipped(output):
    return code(metadata={"tags": ["skip-execution"]}, outputs=[output])


ATTACHMENTS = {"a": 1, "b": {"image/png": 2}}
METADATA = {
    "tags": ["a", "a", 1, "b,c", ""],
    "name": "",
    "collapsed": "no",
    "scrolled": 1,
    "jupyter": 1,
    "execution": {"x": 1},
}
RESULT = {"output_type": "execute_result", "execution_count": -1, "metadata": {}, "data": {}}
DISPLAY = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": 1, "application/json": 1}}
HALF = {"kernelspec": {"name": "tandem"}, "language_info": {"version": "1"}}
WRONG = {"kernelspec": 1, "language_info": [], "title": 1, "authors": 1, "orig_nbformat": 0}

ODD = {
    "a space": {"cells": [code(id="a b")]},
    "too long": {"cells": [code(id="x" * 65)]},
    "duplicates": {"cells": [code(), code(), code(id="a-2"), code(id="cell-2")]},
    "no strings": {"cells": [code(id=7), code(id=None), code(id=["a"]), code(id="")]},
    "missing": {"cells": [{key: value for key, value in code().items() if key != "id"}] * 2},
    "attachments of code": {"cells": [code(attachments={"a.png": {"image/png": "AAAA"}})]},
    "odd attachments": {"cells": [{"cell_type": "markdown", "metadata": {}, "source": "", "attachments": ATTACHMENTS}]},
    "odd metadata": {"cells": [code(metadata=METADATA)]},
    "no metadata": {"cells": [{"cell_type": "code", "source": "print 1"}]},
    "negative count": {"cells": [skipped(RESULT)]},
    "odd data": {"cells": [skipped(DISPLAY)]},
    "half a kernelspec": {"cells": [code()], "metadata": HALF},
    "odd kernelspec": {"cells": [code()], "metadata": WRONG},
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_written_of_an_odd_notebook_is_valid(name, tmp_path):
    odd = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, **ODD[name]}
    file, output = tmp_path / "odd.ipynb", tmp_path / "out.ipynb"
    file.write_text(json.dumps(odd))
    subprocess.run([kernel.executable(), "run", file, "--output", output], check=True, capture_output=True)
    written = json.loads(output.read_text())
    nbformat.validate(written)
    assert len(written["cells"]) == len(odd["cells"])
    identifiers = [cell["id"] for cell in written["cells"]]
    assert len(set(identifiers)) == len(identifiers)
