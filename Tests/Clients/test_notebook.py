"""Notebook 7 and JupyterLab have one server. Without a browser: the server lists the kernel with its logos, starts it for a
notebook, and carries a cell to it and its output back."""

import json
import subprocess
import time
import urllib.request
import uuid

import nbformat
import psutil
import pytest
import websocket
from conftest import notebook

TOKEN = "tests"


class Server:
    def __init__(self, folder, application):
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
        self.process.wait(30)


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(params=["notebook", "lab"])
def server(request, tandem, tmp_path):
    nbformat.write(notebook("1 + 1"), tmp_path / "a.ipynb")
    server = Server(tmp_path, request.param)
    yield server
    server.end()


def test_a_notebooks_cell_goes_to_the_kernel_and_back(server):
    spec = server.request("/api/kernelspecs")["kernelspecs"]["tandem"]
    assert spec["spec"]["language"] == "tandem" and spec["spec"]["interrupt_mode"] == "message"
    assert set(spec["resources"]) == {"logo-svg", "logo-32x32", "logo-64x64"}
    assert server.request(spec["resources"]["logo-64x64"]).startswith(b"\x89PNG")

    session = server.request(
        "/api/sessions", {"path": "a.ipynb", "type": "notebook", "name": "a", "kernel": {"name": "tandem"}})
    kernel = session["kernel"]["id"]
    socket = websocket.create_connection(
        f"{server.url.replace('http', 'ws')}/api/kernels/{kernel}/channels?token={TOKEN}", timeout=30)
    request = {
        "channel": "shell", "parent_header": {}, "metadata": {}, "buffers": [],
        "header": {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"},
        "content": {"code": "print 6 * 7", "silent": False, "store_history": True, "allow_stdin": False},
    }
    socket.send(json.dumps(request))
    said = []
    while ("status", "idle") not in said:
        message = json.loads(socket.recv())
        if message["parent_header"].get("msg_id") == request["header"]["msg_id"] and message["channel"] == "iopub":
            content = message["content"]
            said.append((message["msg_type"], content.get("execution_state") or content.get("text")))
    socket.close()
    assert said == [("status", "busy"), ("execute_input", None), ("stream", "42\n"), ("status", "idle")]

    server.request(f"/api/kernels/{kernel}/interrupt", {}, "POST")
    server.request(f"/api/kernels/{kernel}/restart", {}, "POST")
    assert [one["id"] for one in server.request("/api/kernels")] == [kernel]
    server.request(f"/api/sessions/{session['id']}", method="DELETE")
    assert server.request("/api/kernels") == []
