"""Notebook 7 and JupyterLab have one server. Without a browser: the server lists the kernel with its logos, starts it for a
notebook, and carries a cell to it and its output back."""

import json
import uuid

import nbformat
import pytest
import websocket
from kernel import notebook
from server import TOKEN, Server


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
