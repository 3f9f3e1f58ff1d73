"""The kernel as every client of these tests finds it: installed by `tandem install --prefix` into a folder of the tests'
own, with nothing read from or written to the user's.

TANDEM names the executable; by default it is the one that `swift build` made last.
"""

import os
import pathlib
import subprocess
import sys

import pytest
from kernel import executable

BIN = pathlib.Path(sys.executable).parent


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
