"""Workers that a study starts itself: an array job of Slurm, and other machines by ssh."""

import re
import time

import bed as beds
import pytest

PROGRAM = """
model One {{ input 3x32x32; flatten; linear 10 }}
model Two {{ input 3x32x32; conv 8, stride: 2; batchnorm; relu; flatten; linear 10 }}
let data = take(synthetic(), {images}, test: 128)
let study = compare One, Two, on: data, epochs: 3, batch: 16, seeds: 1...{seeds}, log: none, workers: {workers}
for run in study.runs {{ print "run", run.seed, run.digest, run.accuracy, run.loss }}
print study
"""


def write(bed, workers, images=256, seeds=3):
    path = bed.folder / f"workers-{len(bed.studies)}.tandem"
    path.write_text(PROGRAM.format(workers=workers, images=images, seeds=seeds))
    return path


def run(bed, starter, home, program):
    study = beds.start(bed, starter, home, program, machines=False)
    assert study.wait() == 0, study.complaints()
    return beds.without_times(study.texts()[0])


def alone(bed, **size):
    return run(bed, "alone", bed.home(), write(bed, 1, **size))


def ssh(bed, home):
    """Each worker has a store of its own."""
    program = f"env BED_FOLDER={bed.folder} TANDEM_HOME={home.path}-$(hostname) {beds.EXECUTABLE}"
    return f'ssh("pc1", "pc2", threads: 1, program: "{program}")'


def jobs(bed):
    return bed.slurm("squeue", "--noheader", "-o", "%A %T").stdout.split("\n")[:-1]


def wait_until(condition, seconds=60):
    late = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < late
        time.sleep(0.1)


def test_slurm_trains_each_once(bed, home):
    bed.cluster
    program = write(bed, "slurm(3, threads: 1)")
    text = run(bed, "alone", home, program)
    assert text == alone(bed) and len(home.results()) == 6 and home.left() == []
    assert list((home.path / "queue").iterdir()) == []
    kept = home.results()
    assert run(bed, "alone", home, program) == text and home.results() == kept
    wait_until(lambda: jobs(bed) == [])


def test_a_job_outlives_the_process_that_submitted_it(bed, home):
    bed.cluster
    program = write(bed, "slurm(2, threads: 1)", images=2048)
    study = beds.start(bed, "alone", home, program, machines=False)
    wait_until(lambda: home.begun())
    study.process.kill()
    study.process.wait()
    job = jobs(bed)[0].split()[0]
    assert run(bed, "alone", home, program) == alone(bed, images=2048)
    assert len(home.results()) == 6
    # It was taken over, and no other one was submitted.
    assert bed.slurm("scontrol", "show", "job", str(int(job) + 2)).returncode != 0


def test_an_interrupt_cancels_the_job(bed, home):
    bed.cluster
    study = beds.start(bed, "alone", home, write(bed, "slurm(2, threads: 1)", images=4096), machines=False)
    wait_until(lambda: home.begun())
    study.process.send_signal(2)
    assert study.wait() == 130
    assert "interrupted with 6 trainings missing" in study.complaints()
    wait_until(lambda: jobs(bed) == [], 40)
    assert [path.name for path in (home.path / "queue").iterdir() if path.suffix == ".task"] == []


def test_slurms_reason_is_the_error(bed, home):
    bed.cluster
    study = beds.start(bed, "alone", home, write(bed, 'slurm(2, options: "--partition=nope")'), machines=False)
    assert study.wait() == 1
    assert "Slurm does not take the job: " in study.complaints() and "nope" in study.complaints()


def test_machines_by_ssh_share_no_folder(bed, home):
    program = write(bed, ssh(bed, home))
    text = run(bed, "desktop", home, program)
    assert text == alone(bed) and len(home.results()) == 6 and home.left() == []
    there = [len(list((home.path.parent / f"{home.path.name}-{name}/results").iterdir())) for name in ("pc1", "pc2")]
    assert sum(there) == 6 and min(there) > 0
    kept = home.results()
    assert run(bed, "desktop", home, program) == text and home.results() == kept


def test_machines_by_ssh_may_see_the_same_folder(bed, home):
    program = write(bed, ssh(bed, home).replace("-$(hostname)", ""))
    assert run(bed, "desktop", home, program) == alone(bed)
    assert len(home.results()) == 6 and home.left() == []


def test_a_machine_that_is_not_there_is_left_out(bed, home):
    program = write(bed, ssh(bed, home).replace('"pc2"', '"pc9"'))
    study = beds.start(bed, "desktop", home, program, machines=False)
    assert study.wait() == 0, study.complaints()
    assert beds.without_times(study.texts()[0]) == alone(bed)
    assert re.search(r"note: pc9 is not used: ssh: .*pc9", study.complaints())
