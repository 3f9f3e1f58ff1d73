"""What the tests of the clients share: which kernel, and notebooks for it."""

import os
import pathlib

import nbformat
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# 200 images and a small model: a training of a blink, also where an earlier test has done it already.
TRAINING = """\
let d = take(synthetic(), 200, test: 50)
model Small { input 3x32x32; conv 4, padding: 1; relu; maxpool 4; flatten; linear 10 }
let a = train Small, on: d, epochs: 2, fresh: true"""


def executable():
    named = os.environ.get("TANDEM")
    built = [path for path in (ROOT / ".build/debug/tandem", ROOT / ".build/release/tandem") if path.exists()]
    if not named and not built:
        pytest.exit("there is no kernel to test: run `swift build`, or set TANDEM to an executable")
    return pathlib.Path(named or max(built, key=lambda path: path.stat().st_mtime)).resolve()


def notebook(*cells):
    """A notebook of these code cells for our kernel; a cell may be a finished cell of another kind."""
    made = [nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    result = nbformat.v4.new_notebook(cells=made)
    result.metadata.kernelspec = {"name": "tandem", "display_name": "Tandem", "language": "tandem"}
    return result


def text(cell):
    """What a person reads below a cell: printed text and the plain form of everything else."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
