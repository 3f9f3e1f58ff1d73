"""A study's JSON holds all that its numbers come from: they are computed again from it, by other code."""

import json
import os
import subprocess

import recompute_study

PROGRAM = """
model A { input 3x32x32; conv 16, kernel: 4, stride: 4; relu; flatten; linear 10 }
model B { input 3x32x32; conv 16, kernel: 4, stride: 4; gelu; flatten; linear 10 }
model C { input 3x32x32; flatten; linear 16; relu; linear 10 }
let data = take(synthetic(), 1000, test: 100)
let quick = recipe(epochs: 3, batch: 8, optimizer: adam(lr: 1e-2), log: none)
let study = compare A, B, C, on: data, with: quick, seeds: 1...4
table study, to: "planned.json"
let wider = more study, 2
table wider, to: "again.json"
"""


def test_every_number_can_be_computed_again(tandem, tmp_path):
    (tmp_path / "study.tandem").write_text(PROGRAM)
    environment = os.environ | {"TANDEM_HOME": str(tmp_path / "home")}
    subprocess.run([tandem, "run", "study.tandem"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    for name in ("planned.json", "again.json"):
        study = json.loads((tmp_path / name).read_text())
        recompute_study.check(study)
        assert any(pair["failed"] != [0, 0] for pair in study["pairs"])
        # A number that is changed is noticed.
        study["pairs"][0]["mean"] += 0.01
        try:
            recompute_study.check(study)
        except AssertionError:
            continue
        raise AssertionError("the check cannot fail")
