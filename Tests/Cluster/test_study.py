"""One study, started in each of the ways in which people start several processes: the same bits, the same report, and no
training twice."""

import dataclasses

import bed as beds
import pytest

PROGRAM = beds.HERE / "study.tandem"
TRAININGS = 48 + 6


@dataclasses.dataclass
class Truth:
    report: str
    page: str


def pages(home):
    """How often the page was put in its place."""
    return [event.process for event in home.events() if event.what == "rename" and event.to == "page.html"]


def started(bed, starter, home, machines=True, *words):
    return beds.start(bed, starter, home, PROGRAM, words, machines)


def check_store(home):
    """Each training was begun once and ended once, and nothing is left of the work."""
    assert len(home.results()) == len(home.written()) == TRAININGS
    assert len(home.begun()) == TRAININGS
    assert home.left() == [] and home.processes() == []


@pytest.fixture(scope="module")
def truth(bed):
    """What one process says."""
    home = bed.home()
    study = started(bed, "alone", home, True, "--output", home.path / "page.html")
    assert study.wait() == 0, study.complaints()
    check_store(home)
    report = study.texts()[0]
    assert len(beds.digests(report)) == len(set(beds.digests(report))) == TRAININGS
    assert len(pages(home)) == 1
    return Truth(report, (home.path / "page.html").read_text())


@pytest.mark.parametrize(
    ("starter", "machines"), [("srun", True), ("openmpi", True), ("mpich", False)],
    ids=["srun-apart", "openmpi-apart", "mpich-together"])
def test_ranks_share_a_study_and_one_reports(bed, home, truth, starter, machines):
    study = started(bed, starter, home, machines, "--output", home.path / "page.html")
    assert study.wait() == 0, study.complaints()
    assert len({event.process for event in home.events()}) == 4
    check_store(home)
    report = study.texts()[0]
    assert beds.digests(report) == beds.digests(truth.report)
    assert beds.without_times(report) == beds.without_times(truth.report)
    assert len(pages(home)) == 1
    assert beds.page_without_times((home.path / "page.html").read_text()) == beds.page_without_times(truth.page)


@pytest.mark.parametrize("starter", ["array", "parallel"])
def test_processes_that_know_nothing_of_each_other_share_a_study_and_each_reports(bed, home, truth, starter):
    study = started(bed, starter, home)
    assert study.wait() == 0, study.complaints()
    assert starter != "array" or study.codes() == [0] * 4
    assert len({event.process for event in home.events()}) == 4
    check_store(home)
    for report in study.texts():
        assert beds.digests(report) == beds.digests(truth.report), study.complaints()
        assert beds.without_times(report) == beds.without_times(truth.report)


def test_the_counts_see_a_training_that_is_done_twice(bed, home):
    """Else all of the above could pass with work done twice."""
    program = home.path / "twice.tandem"
    program.write_text("""
        model Pool { input 3x32x32; gap; linear 10 }
        let few = take(synthetic(), 256, test: 128)
        for turn in 1...2 { train Pool, on: few, epochs: 1, batch: 32, seed: 1, fresh: true, log: none }
    """)
    study = beds.start(bed, "alone", home, program)
    assert study.wait() == 0, study.complaints()
    assert len(home.begun()) == len(home.written()) == 2


def test_times_alone_are_left_out_of_reports():
    def table(accuracy, header, seconds):
        return (
            f"3 of 8 trainings loaded from the run store, 2.2 s saved; `fresh: true` retrains\n"
            f"showing it takes 13 to 110 seeds in all (2 min to 28 min here)\n\n"
            f"model  accuracy (%)  {header}\n─────  ────────────  {'─' * len(header)}\n"
            f"A             {accuracy}  {seconds:>{len(header)}}\n\nrank 1\n")

    first = beds.without_times(table("26.75", "seconds a run, 1 thread", "2.5"))
    assert first == beds.without_times(table("26.75", "seconds a run", "113.0"))
    assert first != beds.without_times(table("26.76", "seconds a run", "113.0"))
    assert "13 to 110" in first and "rank 1" in first
