"""The kernel as every client of these tests finds it: installed by `tandem install --prefix` into a folder of the tests'
own, with nothing read from or written to the user's.

TANDEM names the executable; by default it is the one that `swift build` made last.
"""

import os
import pathlib
import subprocess
import sys

import nbformat
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(sys.executable).parent

# 200 images and a small model: a training of a blink.
TRAINING = """\
let d = take(synthetic(), 200, test: 50)
model Small { input 3x32x32; conv 4, padding: 1; relu; maxpool 4; flatten; linear 10 }
let a = train Small, on: d, epochs: 2"""


def executable():
    named = os.environ.get("TANDEM")
    built = [path for path in (ROOT / ".build/debug/tandem", ROOT / ".build/release/tandem") if path.exists()]
    if not named and not built:
        pytest.exit("there is no kernel to test: run `swift build`, or set TANDEM to an executable")
    return pathlib.Path(named or max(built, key=lambda path: path.stat().st_mtime)).resolve()


@pytest.fixture(scope="session", autouse=True)
def tandem(tmp_path_factory):
    """The executable, its kernel installed."""
    home = tmp_path_factory.mktemp("home")
    path = executable()
    subprocess.run([path, "install", "--prefix", home / "prefix"], check=True, capture_output=True)
    os.environ["JUPYTER_PATH"] = str(home / "prefix/share/jupyter")
    os.environ["PATH"] = f"{BIN}:{os.environ['PATH']}"
    # Else the kernel would lend its own to the clients' other kernels, and colors would depend on the terminal.
    os.environ.pop("JPY_PARENT_PID", None)
    for name in ("HOME", "TANDEM_HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        (home / name).mkdir()
        os.environ[name] = str(home / name)
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    return path


@pytest.fixture
def run(tmp_path):
    """Runs a command in a folder of the test's own; what it wrote, if it ended as it should."""

    def run(*command, code=0, timeout=180, input=None):
        result = subprocess.run(
            [str(word) for word in command], cwd=tmp_path, capture_output=True, text=True, timeout=timeout, input=input)
        assert result.returncode == code, f"{command} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}"
        return result

    return run


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
