"""240 checks of the messaging protocol by a raw client, where that program stands beside the checkout.

profiles.json is a copy of its profile of our language with what it left open filled in: a note on stderr, the picture, the
table and the training that is updated in place.
"""

import os
import pathlib
import sys

import pytest
from kernel import ROOT

CHECK = pathlib.Path(os.environ.get("TANDEM_SHARED", ROOT.parent / "shared")) / "jupyter/protocol_check.py"


@pytest.mark.skipif(not CHECK.exists(), reason=f"there is no {CHECK}")
def test_protocol_check_finds_no_fault(run, tmp_path, monkeypatch):
    monkeypatch.setenv("KPROFILES", str(pathlib.Path(__file__).with_name("profiles.json")))
    monkeypatch.setenv("KOUT", str(tmp_path))
    result = run(sys.executable, CHECK, "tandem", timeout=300)
    assert ", 0 failed" in result.stdout and "SKIP html" not in result.stdout
    print(result.stdout)
