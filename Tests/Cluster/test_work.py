"""`tandem work` on a queue that several machines see. Nothing in the language writes a queue yet: the tasks are those that a study
has given to its own workers, written down as they read them (bed.c)."""

import json
import os
import re
import signal
import time

import bed as beds
import pytest

PROGRAM = beds.HERE / "work.tandem"
TRAININGS = 12


@pytest.fixture(scope="module")
def study(bed):
    """What the study says, and the tasks by their identities."""
    home = bed.home()
    file = bed.folder / "tasks"
    study = beds.start(bed, "alone", home, PROGRAM, BED_TASKS=str(file))
    assert study.wait() == 0, study.complaints()
    tasks = {json.loads(line)["train"]["kept"]["identity"]: line for line in file.read_text().splitlines()}
    assert len(tasks) == TRAININGS
    return study.texts()[0], tasks


def fill(home, tasks):
    (home.path / "queue").mkdir()
    for identity, line in tasks.items():
        (home.path / f"queue/{identity}.task").write_text(line)


def queue(home):
    return sorted(path.name for path in (home.path / "queue").iterdir())


def check(bed, home, study, trainings=TRAININGS):
    """All of it was trained, each once, and the study of the program finds it."""
    assert queue(home) == [] and home.left() == [] and home.processes() == []
    assert len(home.results()) == len(home.written()) == trainings
    begun = home.begun()
    again = beds.start(bed, "alone", home, PROGRAM)
    assert again.wait() == 0, again.complaints()
    assert beds.without_times(again.texts()[0]) == beds.without_times(study[0])
    assert home.begun() == begun and home.left() == []
    return begun


@pytest.mark.parametrize("starter", ["array", "parallel"])
def test_what_waits_is_trained_once(bed, home, study, starter):
    fill(home, study[1])
    work = beds.start_command(bed, starter, home, ["work"])
    assert work.wait() == 0, work.complaints()
    assert starter != "array" or work.codes() == [0] * 4
    assert len({event.process for _, event in home.written()}) > 1
    assert len(check(bed, home, study)) == TRAININGS
    told = re.findall(r"^(?:One|Two) seed \d: done$", "".join(work.texts()), re.M)
    assert len(told) == len(set(told)) == TRAININGS


def test_who_is_told_to_end_hands_back_what_it_trains(bed, home, study):
    fill(home, study[1])
    work = beds.start_command(bed, "array", home, ["work"])
    while not home.begun():
        time.sleep(0.01)
    process = home.processes()[0]
    os.kill(process, signal.SIGTERM)
    assert work.wait() == 0, work.complaints()
    assert sorted(work.codes()) == [0, 0, 0, 143]
    check(bed, home, study)


def test_what_a_killed_one_has_is_trained_by_the_others(bed, home, study):
    fill(home, study[1])
    work = beds.start_command(bed, "array", home, ["work"], TANDEM_STALE="5")
    while not (claims := [event for event in home.events() if event.what == "link"]):
        time.sleep(0.01)
    os.kill(claims[0].process, signal.SIGKILL)
    assert work.wait() == 0, work.complaints()
    assert sorted(work.codes()) == [0, 0, 0, 137]
    # A result that came a moment before the end of its process is one more file of a task that is there still.
    assert queue(home) == []
    assert {name[:32] for name in home.results()} == {identity[:32] for identity in study[1]}
    assert len(home.results()) == TRAININGS


def test_a_task_that_cannot_be_trained_stays_and_says_on_which_machines(bed, home, study):
    tasks = dict(study[1])
    identity, line = next(iter(tasks.items()))
    # Another digest of the data makes another identity: only how the data are made is changed.
    tasks[identity] = line.replace('"kind":"synthetic"', '"kind":"unknown"')
    fill(home, tasks)
    work = beds.start_command(bed, "srun", home, ["work"])
    assert work.wait() == 1, work.complaints()
    names = queue(home)
    assert f"{identity}.task" in names and all(name.startswith(identity) for name in names)
    assert len(home.results()) == TRAININGS - 1
    hosts = [name.split(".failed-")[1] for name in names if ".failed-" in name]
    assert 1 <= len(hosts) <= 2, names
