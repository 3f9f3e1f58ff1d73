"""stay_up.py [--cells N]: what a kernel must live through, with its memory read off on the way; a program for Scripts/soak.

Cells one after another, junk on every socket, 200 clients, a subscriber that never reads beside one that must get every
line, and training under them. Prints a line for each part; ends with 1 where a bar is missed.
"""

import argparse
import hashlib
import hmac
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import psutil
import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = b"stay-up"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Kernel:
    def __init__(self, executable):
        self.folder = tempfile.mkdtemp(prefix="stay-up-")
        names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"]
        self.ports = dict(zip(names, free_ports(5)))
        file = pathlib.Path(self.folder, "connection.json")
        file.write_text(
            json.dumps(
                {**self.ports, "ip": "127.0.0.1", "transport": "tcp", "key": KEY.decode(), "signature_scheme": "hmac-sha256"}
            )
        )
        environment = dict(os.environ, TANDEM_HOME=self.folder, JPY_PARENT_PID=str(os.getpid()))
        self.process = subprocess.Popen([os.path.abspath(executable), "kernel", "-f", str(file)], env=environment, cwd=self.folder)
        self.memory = psutil.Process(self.process.pid)

    def megabytes(self):
        return self.memory.memory_info().rss / 1e6


class Client:
    """A client as plain as it can be: it signs, sends, and reads."""

    def __init__(self, kernel, context, reads=True):
        self.session = uuid.uuid4().hex
        self.sockets = {}
        kinds = {"shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER, "iopub": zmq.SUB, "hb": zmq.REQ}
        for channel, kind in kinds.items():
            made = context.socket(kind)
            made.linger = 0
            if kind == zmq.DEALER:
                made.identity = self.session.encode()
            elif kind == zmq.SUB:
                made.rcvhwm = 0 if reads else 10
                made.subscribe(b"")
            made.connect(f"tcp://127.0.0.1:{kernel.ports[channel + '_port']}")
            self.sockets[channel] = made

    def close(self):
        for each in self.sockets.values():
            each.close(0)

    def send(self, kind, content, channel="shell"):
        header = {"msg_id": uuid.uuid4().hex, "session": self.session, "username": "", "msg_type": kind, "version": "5.4", "date": ""}
        parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        signature = hmac.new(KEY, b"".join(parts), hashlib.sha256).hexdigest().encode()
        self.sockets[channel].send_multipart([b"<IDS|MSG>", signature, *parts])
        return header["msg_id"]

    def receive(self, channel, seconds=60):
        if not self.sockets[channel].poll(seconds * 1000):
            raise SystemExit(f"no message on {channel} within {seconds} s")
        frames = self.sockets[channel].recv_multipart()
        start = frames.index(b"<IDS|MSG>")
        header, parent, _, content = map(json.loads, frames[start + 2 : start + 6])
        return header["msg_type"], parent.get("msg_id"), content

    def execute(self, code):
        """The status, and everything that iopub said of it."""
        message = self.send("execute_request", {"code": code, "silent": False, "store_history": True})
        while True:
            kind, parent, reply = self.receive("shell")
            if parent == message:
                break
        said = []
        while True:
            kind, parent, content = self.receive("iopub")
            if parent != message:
                continue
            if kind == "status" and content["execution_state"] == "idle":
                return reply["status"], said
            said.append((kind, content))

    def ready(self):
        """Waits until the kernel answers, and until its answers are heard on iopub."""
        while True:
            message = self.send("kernel_info_request", {})
            self.receive("shell")
            while self.sockets["iopub"].poll(300):
                if self.receive("iopub")[1] == message:
                    return self


def cells(client, kernel, count):
    programs = ["1 + 1", "print \"a line\"", "let x = 5", "nosuch", "[1, 2, 3]"]
    for number in range(2_000):
        client.execute(programs[number % len(programs)])
    before = kernel.megabytes()
    for number in range(count):
        client.execute(programs[number % len(programs)])
    return kernel.megabytes() - before


def junk(client, kernel, context, count):
    """Frames of chance on every socket; the next good message is answered."""
    chance = random.Random(1)
    before = kernel.megabytes()
    dealers = []
    for name, port in kernel.ports.items():
        made = context.socket(zmq.REQ if name == "hb_port" else zmq.DEALER)
        made.linger = 0
        made.connect(f"tcp://127.0.0.1:{port}")
        if name not in ("hb_port", "iopub_port"):
            dealers.append(made)
    for number in range(count):
        frames = [chance.randbytes(chance.randrange(40)) for _ in range(chance.randrange(1, 9))]
        if number % 3 == 0:
            frames[0] = b"<IDS|MSG>"
        dealers[number % len(dealers)].send_multipart(frames)
    assert client.execute("1 + 1")[0] == "ok"
    for made in dealers:
        made.close(0)
    return kernel.megabytes() - before


def crowd(kernel, context, count):
    """So many clients at once, each with a cell of its own."""
    clients = [Client(kernel, context) for _ in range(count)]
    before = kernel.megabytes()
    for client in clients:
        client.ready()
    for number, client in enumerate(clients):
        status, said = client.execute(f"{number} + 0")
        value = [content["data"]["text/plain"] for kind, content in said if kind == "execute_result"]
        assert status == "ok" and value == [str(number)], (status, value)
    grown = kernel.megabytes() - before
    started = sum(kernel.memory.cpu_times()[:2])
    time.sleep(2)
    busy = sum(kernel.memory.cpu_times()[:2]) - started
    assert busy < 0.1, f"{busy:.2f} s of processor time in 2 idle seconds"
    for client in clients:
        client.close()
    return grown


def lines(client, kernel, context, count):
    """A subscriber that never reads; the client that does must get all lines in order, before idle."""
    deaf = Client(kernel, context, reads=False)
    time.sleep(0.5)
    before = kernel.megabytes()
    for _ in range(3):
        status, said = client.execute(f"for i in 1...{count} {{ print i }}")
        text = "".join(content["text"] for kind, content in said if kind == "stream")
        assert status == "ok" and text == "".join(f"{number}\n" for number in range(1, count + 1)), len(text)
    grown = kernel.megabytes() - before
    deaf.close()
    return grown


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cells", type=int, default=100_000)
    arguments.add_argument("--kernel", default=str(ROOT / ".build/release/tandem"))
    options = arguments.parse_args()
    context = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 4096)
    kernel = Kernel(options.kernel)
    client = Client(kernel, context).ready()
    print(f"idle: {kernel.megabytes():.1f} MB")
    missed = []

    def part(name, grown, bar):
        print(f"{name}: {grown:+.1f} MB (bar {bar})", flush=True)
        if grown > bar:
            missed.append(name)

    part(f"{options.cells:,} cells", cells(client, kernel, options.cells), 5)
    part("10,000 junk messages", junk(client, kernel, context, 10_000), 10)
    part("200 clients", crowd(kernel, context, 200), 60)
    part("3,000,000 lines beside a subscriber that never reads", lines(client, kernel, context, 1_000_000), 100)
    started = time.perf_counter()
    client.send("shutdown_request", {"restart": False}, channel="control")
    kernel.process.wait(10)
    print(f"ended with {kernel.process.returncode} after {1000 * (time.perf_counter() - started):.0f} ms")
    if kernel.process.returncode != 0:
        missed.append("the end")
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
