"""`jupyter console` in a pseudo-terminal, as a person types into it."""

import re
import sys

import pexpect
import pytest


class Console:
    def __init__(self):
        self.process = pexpect.spawn(
            sys.executable, ["-m", "jupyter_console", "--kernel", "tandem", "--ZMQTerminalInteractiveShell.highlighting_style=bw"],
            dimensions=(40, 120), encoding="utf-8", timeout=60)
        self.wait(r"In \[1\]:")

    def wait(self, pattern):
        """Reads on until the pattern comes; escape sequences may stand between its letters."""
        seen = ""
        while not re.search(pattern, plain(seen)):
            seen += self.process.read_nonblocking(65536, timeout=60)
            # prompt_toolkit asks where the cursor is, and waits for the answer.
            if seen.endswith("\x1b[6n"):
                self.process.send("\x1b[1;1R")
        return plain(seen)

    def type(self, text):
        self.process.send(text)


def plain(text):
    return re.sub(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][0-9A-B]?|\r", "", text)


@pytest.fixture
def console():
    console = Console()
    yield console
    console.process.close(force=True)


def test_the_banner_says_what_it_is(tandem):
    console = pexpect.spawn(sys.executable, ["-m", "jupyter_console", "--kernel", "tandem"], encoding="utf-8", timeout=60)
    console.expect("Tandem [0-9.]+: compare two networks")
    console.close(force=True)


def test_a_line_is_run_and_its_value_shown(console):
    console.type("1 + 1\r")
    console.wait(r"Out\[1\]: *2")
    console.type("print nosuch\r")
    console.wait(r"there is no `nosuch`[\s\S]*In \[3\]:")


def test_an_open_brace_goes_on(console):
    console.type("for i in 1...2 {\r")
    console.wait(r"\.\.\.:")
    console.type('print "turn \\(i)"\r}\r\r')
    console.wait(r"turn 1\s+turn 2")


def test_tab_completes(console):
    console.type("cif\t")
    console.wait(r"cifar10\s+cifar100")


def test_a_question_is_asked_and_answered(console):
    console.type('let n = ask "How many? "\r')
    # At the head of a line: in what was typed it stands too.
    console.wait(r"\nHow many\? ")
    console.type("12\r")
    console.wait(r"In \[2\]:")
    console.type("print n\r")
    console.wait(r"\n12\b")


def test_ctrl_c_stops_a_cell_and_the_next_one_runs(console):
    console.type('print "begun"; for i in 1...2000000000 { i }\r')
    console.wait(r"\nbegun")
    console.process.sendintr()
    console.wait(r"interrupted[\s\S]*In \[2\]:")
    console.type("40 + 2\r")
    console.wait(r"Out\[2\]: *42")


def test_quit_ends_the_console(console):
    console.type("quit\r")
    console.process.expect(pexpect.EOF)
