"""The prompt under a shell in a pseudo-terminal: what it leaves of the terminal, and a window that changes its size."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest


class Shell:
    def __init__(self, *command):
        self.shown = b""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            # Of a test that runs in the background these are ignored.
            for number in (signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            # Without Swift's report of a crash, which waits for a key.
            os.environ.update(TERM="xterm", NO_COLOR="1", PS1="shell> ", SWIFT_BACKTRACE="enable=no")
            os.execv(command[0], command)
        self.wait_for("shell> ")

    def wait_for(self, text, seconds=20):
        """What was shown up to the text."""
        end = time.monotonic() + seconds
        while text.encode() not in self.shown:
            assert time.monotonic() < end, f"{text!r} was not shown: {self.shown!r}"
            if select.select([self.terminal], [], [], 1)[0]:
                self.shown += os.read(self.terminal, 65536)
        before, self.shown = self.shown.split(text.encode(), 1)
        return before.decode()

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)


@pytest.fixture(params=[("/bin/bash", "--norc", "--noprofile", "-i"), ("/bin/sh", "-i")], ids=["bash", "sh"])
def shell(request):
    shell = Shell(*request.param)
    yield shell
    shell.close()


def test_a_stop_at_a_secret_question_gives_the_echo_back_and_takes_it_again(shell, tandem):
    shell.type(f"{tandem}\r")
    shell.wait_for("tandem> ")
    shell.type('print 1 + ask("Key? ", secret: true)\r')
    shell.wait_for("secret: true)")
    shell.wait_for("Key? ")
    shell.type("\x1a")
    shell.wait_for("shell> ")
    shell.type("echo seen")
    shell.wait_for("echo seen")
    shell.type("\r")
    shell.wait_for("shell> ")
    shell.type("fg\r")
    shell.wait_for("Key? ")
    shell.type("4711\r")
    assert "4711" not in shell.wait_for("4712")


@pytest.mark.parametrize("question", ["", 'ask("Key? ", secret: true)\r', 'ask("Key? ")\r'])
def test_ctrl_backslash_ends_the_process_and_leaves_the_terminal_as_it_was(shell, tandem, question):
    shell.type(f"{tandem}\r")
    shell.wait_for("tandem> ")
    if question:
        shell.type(question)
        shell.wait_for(")")
        shell.wait_for("Key? ")
    shell.type("\x1c")
    shell.wait_for("shell> ")
    shell.type("echo $((6 * 7))")
    shell.wait_for("echo $((6 * 7))")
    shell.type("\r")
    shell.wait_for("42")


@pytest.mark.parametrize("variable", [None, "JUPYTER_DATA_DIR"])
def test_install_expands_a_tilde_that_the_shell_left(tandem, tmp_path, variable):
    environment = os.environ | {"HOME": str(tmp_path / "home")}
    (tmp_path / "home").mkdir()
    command = [tandem, "install", "--prefix=~/own"]
    if variable:
        command = [tandem, "install"]
        environment[variable] = "~/own"
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert not (tmp_path / "~").exists()
    folder = tmp_path / "home/own" / ("kernels" if variable else "share/jupyter/kernels")
    assert (folder / "tandem/kernel.json").exists()


@pytest.mark.parametrize("value", ["relative", "~nobody"])
def test_install_says_that_a_data_folder_cannot_be_meant(tandem, tmp_path, value):
    environment = os.environ | {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": value}
    environment.pop("JUPYTER_DATA_DIR")
    result = subprocess.run([tandem, "install"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 2 and f"XDG_DATA_HOME: cannot use {value}" in result.stderr
    assert not list(tmp_path.iterdir())
