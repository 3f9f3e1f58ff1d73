"""A cluster on this machine for the whole session, which is taken down however the session ends. Where there can be none, all
tests are skipped, and say why.

TANDEM names the executable; by default it is the one that `swift build` made last. TANDEM_TEST_BED names the folder with the
scripts of the bed; by default it is ../shared/cluster beside the checkout.
"""

import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import bed as beds

HERE = pathlib.Path(__file__).parent


def pytest_collection_modifyitems(items):
    reason = beds.reason_to_skip()
    for item in items:
        if reason and HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def bed():
    # Told to end, pytest would leave its fixtures as they are.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bed = beds.Bed()
    try:
        yield bed
    finally:
        left = bed.down()
        signal.signal(signal.SIGTERM, before)
    assert not left, f"left running: {left}"


@pytest.fixture
def home(bed):
    return bed.home()
