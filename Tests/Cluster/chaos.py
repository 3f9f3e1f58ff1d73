#!/usr/bin/env python3
"""Studies on the test bed to which things happen at random moments: processes are killed or stopped, nodes and cables lost, jobs
cancelled, a clock is wrong, the disk is full, results are seen late. A study that ended by that is started again, in whatever
way. In the end it must say what an undisturbed one says, and the store must hold each result once, as it was first written.

usage: Tests/Cluster/chaos.py EXECUTABLE EVENTS [SEED] [EVENT...]
"""

import collections
import contextlib
import os
import pathlib
import random
import re
import signal
import sys
import threading
import time

if __name__ == "__main__":
    os.environ["TANDEM"] = os.path.abspath(sys.argv[1])
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import bed as beds

PROGRAM = beds.HERE / "chaos.tandem"
TRAININGS = 10
STALE = 5

ALL = ["srun", "openmpi", "mpich", "array", "parallel"]
SLURM = ["srun", "array"]
# Each event, and what it can happen to.
EVENTS = {
    "kill": ALL, "pause": ALL, "node": SLURM, "daemon": SLURM, "cancel": SLURM, "cable": ["parallel"], "full": ALL,
    "clean": ALL, "clock": ALL, "late": ALL, "crash": ALL,
}
# What is so from the start of a study on.
AT_START = ["clock", "late", "crash"]
# What may be so of a store from its beginning on: locks are not seen by other machines; each machine has its own database.
KINDS_OF_FOLDER = ["locks", "own"]
# Where a training may be done by two at once: its claim cannot be written, or what another one wrote is not seen.
MAY_DOUBLE = {"pause", "full", "late"}
LATE = 3


# What a killed process leaves that is known: see test_crash.py, where each is expected to fail.
KNOWN_LEFT = {
    r"claims/.*\.part": "claims/*.part, for good", r"runs/[0-9a-f]{16}\.lock": "runs/*.lock, until `runs clean`"}


class Fault(AssertionError):
    pass


class Chaos:
    def __init__(self, bed, seed, kinds=None, say=print):
        self.bed, self.say = bed, say
        self.dice = random.Random(seed)
        self.kinds = kinds or list(EVENTS)
        self.bag = []
        self.counts = collections.Counter()
        # What has happened to the store, in words.
        self.history = []
        # What was told on standard error, without numbers.
        self.notes = collections.Counter()
        self.timers = []

    # MARK: The course of it

    def run(self, events, seconds=float("inf")):
        """Lets so many events happen, or fewer if that takes longer.

        - Returns: how often each was.
        """
        home = self.bed.home()
        begin = time.monotonic()
        study = beds.start(self.bed, "alone", home, PROGRAM)
        self.check(study.wait() == 0, f"the undisturbed study failed: {study.complaints()}")
        self.truth = study.texts()[0]
        self.check(len(set(beds.digests(self.truth))) == TRAININGS, f"the undisturbed study is incomplete: {self.truth}")
        self.duration = time.monotonic() - begin
        while self.counts["events"] < events and time.monotonic() - begin < seconds:
            self.study(events)
        return self.counts

    def next_kind(self, starter=None):
        """Every event comes as often as every other one, as far as a study that is under way allows it."""
        for _ in range(2):
            for kind in self.bag:
                if starter is None or starter in EVENTS[kind] and kind not in AT_START:
                    self.bag.remove(kind)
                    return kind
            self.bag += self.dice.sample(self.kinds, len(self.kinds))
        return None

    def study(self, events):
        """One store, from its first training to its last."""
        self.home = self.bed.home(on_disk=True)
        self.known, self.happened, self.always = {}, set(), {}
        self.history = []
        for name in KINDS_OF_FOLDER:
            if self.dice.random() < 0.4:
                folder = self.home.log.with_suffix(f".{name}")
                folder.mkdir()
                self.always[f"BED_{name.upper()}"] = str(folder)
                self.counts[name] += 1
                self.history.append(name)
        kind = self.next_kind()
        for life in range(1, 9):
            starter = self.dice.choice(EVENTS[kind] if kind else ALL)
            running = self.begin(starter, kind, life)
            self.disturb(running, starter, kind if kind not in AT_START else None, events)
            kind = None
            code = self.wait(running)
            self.look()
            if self.read(running) and code == 0:
                break
            self.counts["restarts"] += 1
        else:
            self.fail(f"the study does not end well: {code} {running.texts()} {running.complaints()}")
        self.finish()
        self.say(f"chaos: {'; '.join(self.history)}")

    def begin(self, starter, kind, life):
        """Starts the study, with what is so from its start on."""
        variables, detail = {"TANDEM_STALE": str(STALE), **self.always}, ""
        token = self.home.log.with_suffix(f".token.{life}")
        token.mkdir()
        if kind == "clock":
            variables["BED_CLOCK"] = str(token)
        elif kind == "crash":
            # After one of the first things that a process does to the files of the store.
            step = self.dice.randint(2, 60)
            variables |= {"BED_DIE": str(token), "BED_DIE_AT": str(step)}
            detail = f" at {step}"
        elif kind == "late":
            variables["BED_LATE"] = str(LATE)
        if kind in AT_START:
            self.count(kind)
        self.history.append(f"{starter}{f' {kind}{detail}' if kind in AT_START else ''}")
        return beds.start(self.bed, starter, self.home, PROGRAM, **variables)

    def disturb(self, running, starter, kind, events):
        """Lets things happen to the study while it runs: one, and sometimes more."""
        while kind or self.counts["events"] < events and self.dice.random() < 0.5:
            kind = kind or self.next_kind(starter)
            if not kind:
                return
            if not self.delay(running):
                # The study was faster: the next one gets it.
                self.bag.insert(0, kind)
                return
            if detail := getattr(self, kind)(running, starter):
                self.count(kind)
                self.history.append(f"{kind} {detail}")
            kind = None

    def read(self, running):
        """Looks at what the study said.

        - Returns: whether that is all of it.
        """
        complaints = running.complaints()
        for line in complaints.splitlines():
            if re.search(r"note:|warning:|error:|rank \d", line):
                self.notes[re.sub(r"[0-9a-f]{16,}|\d+", "N", re.sub(r"^\S+?:", "", line))[:150]] += 1
        if "different bits" in complaints:
            self.fail(complaints)
        truth = beds.without_times(self.truth)
        texts = [beds.without_times(text) for text in running.texts()]
        for text in texts:
            # The last line of a process that was killed may be cut.
            lines = text.splitlines() if text == truth else text.splitlines()[:-1]
            self.check(lines == truth.splitlines()[:len(lines)], f"another report: {text} instead of {truth}")
        return all(text == truth for text in texts)

    def count(self, kind):
        self.happened.add(kind)
        self.counts[kind] += 1
        self.counts["events"] += 1

    def delay(self, running):
        """Waits until trainings are under way, and a moment more.

        - Returns: whether the study still runs.
        """
        before = len(self.home.events())
        while running.process.poll() is None and not any(
                re.match("runs/.*lock", event.path) for event in self.home.events()[before:]):
            time.sleep(0.02)
        with contextlib.suppress(beds.subprocess.TimeoutExpired):
            running.process.wait(self.dice.uniform(0, 0.6 * self.duration))
        return running.process.poll() is None

    def wait(self, running):
        late = time.monotonic() + 150
        while running.process.poll() is None:
            self.release_jobs()
            with contextlib.suppress(beds.subprocess.TimeoutExpired):
                return running.process.wait(1)
            self.look()
            self.check(
                time.monotonic() < late, f"the study does not end: {running.texts()} {running.complaints()}, "
                f"processes {self.home.processes()}, left {self.home.left()}")
        return running.process.returncode

    def release_jobs(self):
        """Slurm starts the jobs of a lost node again after two minutes."""
        if not self.bed.has_cluster:
            return
        for line in self.bed.slurm("squeue", "--noheader", "--states=PENDING", "--format=%A %r").stdout.splitlines():
            job, reason = line.split(" ", 1)
            if reason == "BeginTime":
                self.bed.slurm("scontrol", "update", f"JobId={job}", "StartTime=now")

    # MARK: What must be so

    def check(self, condition, what):
        if not condition:
            self.fail(what)

    def fail(self, what):
        raise Fault(f"{'; '.join(self.history)}: {what}")

    def look(self):
        """What was finished stays as it was written."""
        found = self.home.results()
        for name, identity in self.known.items():
            self.check(found.get(name) == identity, f"the result {name} is another file, or none")
        self.known.update(found)

    def finish(self):
        """All have ended, and one more process is run: nothing is left, and it trains nothing."""
        for timer in self.timers:
            timer.join()
        self.timers = []
        late = time.monotonic() + 60
        while self.home.processes():
            self.release_jobs()
            self.check(time.monotonic() < late, f"processes {self.home.processes()} do not end")
            time.sleep(0.1)
        self.look()
        events = self.home.events()
        begun = self.home.begun()
        machines = {event.machine for event in events}
        names = {
            path.read_text()[:8]: path.name.removeprefix("boot.")
            for path in self.bed.folder.glob("boot.*") if path.read_text()[:8] in machines}
        for turn in range(2):
            # Only a process of the machine that wrote it knows of what was half-written that its writer is gone.
            for name in self.dice.sample(sorted(names.values()), 1 if turn == 0 else len(names)):
                study = beds.start(
                    self.bed, "alone", self.home, PROGRAM, machines=False, BED_MACHINE=name, TANDEM_STALE=str(STALE),
                    **self.always)
                self.check(study.wait() == 0, f"the last one failed: {study.complaints()}")
                self.check(
                    beds.without_times(study.texts()[0]) == beds.without_times(self.truth), f"{study.texts()}")
            left = self.home.left()
            for pattern, what in KNOWN_LEFT.items():
                known = [name for name in left if re.fullmatch(pattern, name)]
                if turn == 1:
                    self.counts[what] += len(known)
                    left = [name for name in left if name not in known]
            if not left:
                break
            if turn == 0:
                self.counts["left after one more process"] += len(left)
        self.check(not left, f"left behind: {left}")
        self.look()
        # What a full disk did not take is trained again; that nothing is that was written, `examine` looks.
        new = self.home.begun() - begun
        self.check(
            not new or "full" in self.happened, f"what was finished was trained once more: "
            f"{[event for event in self.home.events() if any(key in event.path + event.to for key in new)][:9]}")
        self.examine(self.home.events())

    def examine(self, events):
        """Looks through what processes did to the files."""
        first_begun, ended = {}, {}
        last_seen = {}
        for event in events:
            last_seen[event.process] = event.nanoseconds

        def lived(process, event):
            """Whether a process lived when something happened."""
            return last_seen.get(process, 0) > event.nanoseconds

        holders = {}
        writers = {}
        for event in events:
            if match := re.fullmatch(r"results/([0-9a-f]{32})\.([0-9a-f]{16})\.run", event.to):
                ended.setdefault(match[1], []).append((event, match[2]))
                writers[match[2]] = event
        for event in events:
            if event.what == "create" and (match := re.fullmatch(r"runs/([0-9a-f]{16})\.lock", event.path)):
                first_begun.setdefault(match[1], event)
        doubles = 0
        for identity, runs in ended.items():
            for event, key in runs[1:]:
                doubles += 1
                begin = first_begun[key]
                seen = runs[0][0].nanoseconds + (LATE * 1e9 if "late" in self.happened else 0)
                self.check(
                    begin.nanoseconds <= seen,
                    f"{identity} had ended at {runs[0][0]} and was begun again at {begin}")
        self.counts["done twice"] += doubles
        self.check(
            doubles == 0 or self.happened & MAY_DOUBLE,
            f"{doubles} trainings were done by two at once: {[r for r in ended.values() if len(r) > 1]}")
        for event in events:
            gone = event.path if event.what in ("unlink", "rename") else ""
            if match := re.search(r"\.(\d+)-[0-9a-f]{8}\.part$", gone):
                writer = int(match[1])
                self.check(
                    writer == event.process or not lived(writer, event),
                    f"{event} of the living process {writer}")
            if re.fullmatch(r"results/[0-9a-f.]+\.run", gone):
                self.fail(f"a result was removed: {event}")
            if match := re.fullmatch(r"runs/([0-9a-f]{16})\.(lock|checkpoint)", gone):
                writer = writers.get(match[1])
                self.check(
                    not writer or writer.process == event.process or writer.nanoseconds < event.nanoseconds
                    or first_begun[match[1]].process != writer.process
                    or event.nanoseconds < first_begun[match[1]].nanoseconds,
                    f"{event} while {writer.process if writer else ''} trains")
            # Who has a claim: the last that linked it, or put its own there.
            if re.fullmatch(r"claims/[0-9a-f]{64}", event.to):
                if event.what == "rename" and (holder := holders.get(event.to)) and holder != event.process:
                    self.check(
                        not lived(holder, event) or self.happened & {"pause"}, f"{event} from the living {holder}")
                holders[event.to] = event.process
            elif re.fullmatch(r"claims/[0-9a-f]{64}", gone):
                holder = holders.pop(gone, event.process)
                self.check(
                    holder == event.process or not lived(holder, event) or self.happened & {"pause"},
                    f"{event} of the living {holder}")

    # MARK: What happens

    def victim(self):
        processes = self.home.processes()
        return self.dice.choice(processes) if processes else None

    def kill(self, running, starter):
        if process := self.victim():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                return f"{process}"

    def pause(self, running, starter):
        """As a machine that swaps, or a laptop that sleeps: longer than others wait for it."""
        if process := self.victim():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
                seconds = self.dice.uniform(1, STALE + 5)

                def go_on():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGCONT)

                self.after(seconds, go_on)
                return f"{process} for {seconds:.0f} s"

    def node(self, running, starter, *words):
        name = f"n{self.dice.randint(1, 4)}"
        self.bed.script("lose", self.bed.cluster, name, *words)
        self.bed.slurm("scontrol", "update", f"NodeName={name}", "State=DOWN", "Reason=lost")
        time.sleep(self.dice.uniform(0, 2))
        self.bed.up()
        return name

    def daemon(self, running, starter):
        return self.node(running, starter, "--daemon")

    def cancel(self, running, starter):
        name = f"t{running.reports[0].parent.name}"
        jobs = self.bed.slurm("squeue", "--noheader", f"--name={name}", "--array", "--format=%i").stdout.split()
        if jobs:
            job = self.dice.choice(jobs)
            self.bed.slurm("scancel", job)
            return job

    def cable(self, running, starter):
        seconds = self.dice.uniform(1, 25)
        self.bed.script("desktops", "cut", self.bed.desktops, "pc2")
        self.after(seconds, lambda: self.bed.script("desktops", "join", self.bed.desktops, "pc2"))
        return f"for {seconds:.0f} s"

    def clean(self, running, starter):
        """Somebody on yet another machine tidies up."""
        if "BED_LOCKS" in self.always:
            # Known: test_clean.py.
            return None
        program = self.bed.folder / "clean.tandem"
        program.write_text("runs clean\n")
        study = beds.start(
            self.bed, "alone", self.home, program, machines=False, BED_MACHINE="m9", TANDEM_STALE=str(STALE), **self.always)
        self.check(study.wait(60) == 0, f"`runs clean` failed: {study.complaints()}")
        return study.texts()[0].strip()

    def full(self, running, starter):
        filler = self.home.path / "filler"

        def fill():
            with contextlib.suppress(OSError), open(filler, "ab", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

        fill()
        end = time.monotonic() + 10
        while time.monotonic() < end and running.process.poll() is None:
            fill()
            time.sleep(0.05)
        filler.unlink()
        return "for 10 s"

    def after(self, seconds, action):
        timer = threading.Timer(seconds, action)
        timer.start()
        self.timers.append(timer)


def main():
    if reason := beds.reason_to_skip():
        sys.exit(f"chaos: {reason}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    events, seed = int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
    bed = beds.Bed()
    chaos = Chaos(bed, seed, sys.argv[4:] or None)
    code = 0
    try:
        chaos.run(events)
    except Fault as fault:
        code = 1
        print(f"chaos: FAULT with seed {seed}: {fault}", file=sys.stderr)
        if "TANDEM_TEST_KEEP" in os.environ:
            beds.subprocess.run(["cp", "-r", bed.folder, os.environ["TANDEM_TEST_KEEP"]])
    finally:
        for timer in chaos.timers:
            timer.join()
        left = bed.down()
    print(f"chaos: {dict(chaos.counts)}")
    for note, count in sorted(chaos.notes.items(), key=lambda item: -item[1]):
        print(f"  {count} x {note}")
    if left:
        sys.exit(f"chaos: left running: {left}")
    sys.exit(code)


if __name__ == "__main__":
    main()
