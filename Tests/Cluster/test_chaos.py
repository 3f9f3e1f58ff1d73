"""A few random misfortunes, of those that take no longer than a study; `Tests/Cluster/chaos.py` by hand has all of them."""

import chaos


def test_whatever_happens_a_study_ends_with_the_same_bits(bed):
    """The message of a failure says what happened: `Tests/Cluster/chaos.py EXECUTABLE 5 1` tries the like once more."""
    kinds = ["kill", "pause", "cancel", "crash", "clean", "clock", "late"]
    counts = chaos.Chaos(bed, seed=1, kinds=kinds).run(5, seconds=40)
    assert counts["events"] > 0
