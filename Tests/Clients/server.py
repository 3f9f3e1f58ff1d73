"""A Jupyter server of the tests' own, and its REST interface."""

import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

import psutil

TOKEN = "tests"


class Server:
    def __init__(self, folder, application):
        folder = pathlib.Path(folder)
        # No question about news over the page.
        settings = pathlib.Path(os.environ["JUPYTER_CONFIG_DIR"]) / "lab/user-settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            ["jupyter", application, "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
             f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"],
            stdout=open(folder / "server.log", "w"), stderr=subprocess.STDOUT)
        for _ in range(600):
            try:
                self.request("/api/status")
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((folder / "server.log").read_text())

    def request(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Authorization": f"token {TOKEN}"}, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            content = response.read()
            return json.loads(content) if "json" in response.headers.get_content_type() else content

    def end(self):
        # The server's kernels end with it; by the process's own id.
        for child in psutil.Process(self.process.pid).children(recursive=True):
            child.terminate()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
