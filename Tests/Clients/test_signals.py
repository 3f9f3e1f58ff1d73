"""Signals as a console or a service manager sends them: SIGINT stops a cell and never the kernel."""

import signal
import time

import pytest
from jupyter_client.manager import start_new_kernel


@pytest.fixture
def started():
    manager, client = start_new_kernel(kernel_name="tandem")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, code):
    return client.execute_interactive(code, timeout=30, output_hook=lambda message: None)["content"]


def test_an_idle_kernel_outlives_sigint(started):
    manager, client = started
    manager.provisioner.process.send_signal(signal.SIGINT)
    time.sleep(3)
    assert manager.is_alive()
    assert run(client, "1 + 1")["status"] == "ok"


def test_sigint_ends_the_cell_alone(started):
    manager, client = started
    message = client.execute("repeat 2000000000 { 1 + 1 }")
    time.sleep(0.5)
    manager.provisioner.process.send_signal(signal.SIGINT)
    reply = client.get_shell_msg(timeout=10)
    while reply["parent_header"].get("msg_id") != message:
        reply = client.get_shell_msg(timeout=10)
    assert reply["content"]["ename"] == "interrupted"
    time.sleep(3)
    assert run(client, "1 + 1")["status"] == "ok"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_keep_the_run_and_end(started, number, tmp_path):
    manager, client = started
    client.execute(
        "let d = take(synthetic(), 2000, test: 50)\n"
        "model Small { input 3x32x32; conv 4, padding: 1; relu; maxpool 4; flatten; linear 10 }\n"
        f"let a = train Small, on: d, epochs: 1000, seed: {int(number)}"
    )
    time.sleep(3)
    manager.provisioner.process.send_signal(number)
    assert manager.provisioner.process.wait(20) == 0
    manager.restart_kernel(now=True)
    client.wait_for_ready(timeout=30)
    said = []
    client.execute_interactive(
        "runs", timeout=30, output_hook=lambda message: said.append(message["content"].get("data", {}).get("text/plain", ""))
    )
    assert "interrupted" in "".join(said)
