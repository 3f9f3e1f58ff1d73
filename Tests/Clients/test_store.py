"""What opening the store costs, counted in system calls: it does not grow with the runs that are kept."""

import os
import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace counts the calls")

TRAIN = """let data = take(synthetic(), 10, test: 10)
model Net { input 3x32x32; avgpool 32; flatten; linear 10 }
for seed in 1...COUNT { train Net, on: data, epochs: 1, seed: seed, log: none }
"""


def calls(tandem, folder, count):
    """So many calls name a file of a run while a store of so many runs is opened and listed."""
    environment = os.environ | {"TANDEM_HOME": str(folder / f"home{count}")}
    (folder / "train.tandem").write_text(TRAIN.replace("COUNT", str(count)))
    (folder / "list.tandem").write_text("print runs.count\n")
    subprocess.run([tandem, "run", "train.tandem"], cwd=folder, env=environment, check=True, capture_output=True)
    log = folder / "calls.log"
    listed = subprocess.run(
        ["strace", "-f", "-qq", "-o", log, tandem, "run", "list.tandem"],
        cwd=folder, env=environment, capture_output=True, text=True)
    if listed.returncode != 0 and "ptrace" in listed.stderr:
        pytest.skip("this machine forbids tracing")
    assert listed.stdout == f"{count}\n"
    return len(re.findall(r'/(?:runs|results)/[0-9a-f]', log.read_text()))


def test_opening_looks_at_no_run_by_itself(tandem, tmp_path):
    assert calls(tandem, tmp_path, 2) == calls(tandem, tmp_path, 40)
