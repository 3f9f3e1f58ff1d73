"""`runs clean` on one machine while others train: it leaves alone what is theirs."""

import re
import time

import bed as beds
import pytest


@pytest.mark.parametrize("locks", [
    "seen by all",
    "of each machine",
])
def test_what_others_train_is_left_alone(bed, home, locks):
    variables = {}
    if locks == "of each machine":
        folder = home.log.with_suffix(".locks")
        folder.mkdir()
        variables["BED_LOCKS"] = str(folder)
    program = bed.folder / "clean.tandem"
    program.write_text("runs clean\n")
    study = beds.start(bed, "mpich", home, beds.HERE / "chaos.tandem", **variables)
    late = time.monotonic() + 60
    while not home.begun():
        assert time.monotonic() < late
        time.sleep(0.01)
    clean = beds.start(bed, "alone", home, program, BED_MACHINE="m9", **variables)
    if clean.wait() != 0 or not home.processes():
        raise RuntimeError(f"it failed, or the study ended too early: {clean.complaints()}")
    study.end()
    machine = bed.folder.joinpath("boot.m9").read_text()[:8]
    removed = [event for event in home.events() if event.machine == machine and event.what in ("unlink", "rename")]
    assert [event.path for event in removed if re.match("(runs|results|claims)/", event.path)] == []
