"""A process is killed after a certain step of what it does to the files of the store. The next one trains what is missing, and
nothing is left of the first."""

import bed as beds
import pytest

PROGRAM = """
model One { input 3x32x32; flatten; linear 10 }
model Two { input 3x32x32; gap; linear 10 }
let data = take(synthetic(), 64, test: 32)
let study = compare One, Two, on: data, epochs: 1, batch: 8, seeds: 1...1, log: none, workers: 1
for run in study.runs { print "run", run.seed, run.digest, run.accuracy, run.loss }
"""


@pytest.fixture(scope="module")
def program(bed):
    path = bed.folder / "crash.tandem"
    path.write_text(PROGRAM)
    return path


@pytest.fixture(scope="module")
def truth(bed, program):
    study = beds.start(bed, "alone", bed.home(), program)
    assert study.wait() == 0, study.complaints()
    return beds.digests(study.texts()[0])


def left(reason):
    return pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)


def kill_after(bed, home, program, step, **variables):
    """Runs the program, and kills it after the step.

    - Returns: the results that were there by then.
    """
    token = home.log.with_suffix(".die")
    token.mkdir()
    study = beds.start(bed, "alone", home, program, BED_DIE=str(token), BED_DIE_ON=step, **variables)
    if study.wait() != -9 or token.exists():
        raise RuntimeError(f"it was not killed: {study.complaints()}")
    return home.results()


def run_again(bed, home, program, truth, kept, **variables):
    study = beds.start(bed, "alone", home, program, **variables)
    if study.wait() != 0 or beds.digests(study.texts()[0]) != truth or not kept.items() <= home.results().items():
        raise RuntimeError(f"the next one failed: {study.complaints()}")
    assert len(home.results()) == 2


@pytest.mark.parametrize("step", [
    "create /claims/", "link /claims/", "unlink /claims/", "create /runs/", "create /results/", "rename /results/",
])
def test_nothing_is_left_of_a_process_that_was_killed(bed, home, program, truth, step):
    kept = kill_after(bed, home, program, step)
    run_again(bed, home, program, truth, kept)
    # The lock file of a run says to who finds it that nothing was lost, until `runs clean`.
    assert [name for name in home.left() if not name.endswith(".lock")] == []


@pytest.mark.parametrize("step", [
    "unlink /claims/",
    pytest.param("unlink /runs/", marks=left("nobody removes the claim of a result that another machine has left")),
])
def test_nothing_is_left_of_a_process_that_was_killed_on_another_machine(bed, home, program, truth, step):
    kept = kill_after(bed, home, program, step, BED_MACHINE="a")
    run_again(bed, home, program, truth, kept, BED_MACHINE="b", TANDEM_STALE="1")
    assert home.left() == []
