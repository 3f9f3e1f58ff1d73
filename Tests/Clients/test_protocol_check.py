"""240 checks of the messaging protocol by a raw client, where that program stands beside the checkout.

profiles.json is a copy of its profile of our language with what it left open filled in: a note on stderr, the picture, the
table and the training that is updated in place.

That client sends its next cell as soon as one has failed, which is what "Run All" does and must not run: the kernel aborts
what comes within 0.1 s after an error (KernelTests has that). So here it waits as long before the next cell.
"""

import os
import pathlib
import sys

import pytest
from kernel import ROOT

CHECK = pathlib.Path(os.environ.get("TANDEM_SHARED", ROOT.parent / "shared")) / "jupyter/protocol_check.py"

WAITING = """
import runpy, sys, time
path = sys.argv[1]
sys.argv = sys.argv[1:]
sys.path.insert(0, path.rpartition("/")[0])
import kcommon

poll, send = kcommon.Client.poll, kcommon.Client.send
failed = {}

def noticing_poll(client, channel, timeout):
    message = poll(client, channel, timeout)
    if message is not None and channel == "shell" and message.content.get("status") == "error":
        failed[client.k] = time.monotonic()
    return message

def waiting_send(client, channel, kind, *arguments, **options):
    if kind == "execute_request":
        time.sleep(max(0, failed.get(client.k, 0) + 0.2 - time.monotonic()))
    return send(client, channel, kind, *arguments, **options)

kcommon.Client.poll, kcommon.Client.send = noticing_poll, waiting_send
runpy.run_path(path, run_name="__main__")
"""


@pytest.mark.skipif(not CHECK.exists(), reason=f"there is no {CHECK}")
def test_protocol_check_finds_no_fault(run, tmp_path, monkeypatch):
    monkeypatch.setenv("KPROFILES", str(pathlib.Path(__file__).with_name("profiles.json")))
    monkeypatch.setenv("KOUT", str(tmp_path))
    result = run(sys.executable, "-c", WAITING, CHECK, "tandem", timeout=300)
    assert ", 0 failed" in result.stdout and "SKIP html" not in result.stdout
    print(result.stdout)
