"""One server and one browser for all pages: JupyterLab's server has Notebook 7's pages too."""

import pytest
from page import chromium
from server import Server


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """What the server shows."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="session")
def server(tandem, folder):
    server = Server(folder, "lab")
    yield server
    server.end()


@pytest.fixture(scope="session")
def browser():
    browser = chromium()
    yield browser
    browser.quit()
