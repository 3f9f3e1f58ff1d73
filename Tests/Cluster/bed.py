"""The test bed: a Slurm cluster and desktops on this machine, what a study is started with on them, and what became of the
files of its store. The scripts of the bed are not in the repository: TANDEM_TEST_BED names their folder.
"""

import contextlib
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCRIPTS = pathlib.Path(os.environ.get("TANDEM_TEST_BED") or ROOT.parent / "shared/cluster").resolve()
EXECUTABLE = pathlib.Path(os.environ.get("TANDEM") or ROOT / ".build/debug/tandem").resolve()

# What the packages of `Scripts/setup cluster` bring.
PROGRAMS = [
    "munged", "slurmctld", "slurmd", "srun", "sbatch", "mpirun.openmpi", "mpirun.mpich", "sshd", "ssh", "ip", "parallel"]
FAKETIME = pathlib.Path(f"/usr/lib/{os.uname().machine}-linux-gnu/faketime/libfaketimeMT.so.1")


def reason_to_skip():
    """Why there can be no test bed here; `None` where there can be one."""
    missing = [name for name in ("up", "down", "lose", "desktops") if not (SCRIPTS / name).exists()]
    if missing:
        return f"no test bed in {SCRIPTS}: {', '.join(missing)} missing (TANDEM_TEST_BED names its folder)"
    if os.getuid() != 0:
        return "the test bed needs root"
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    missing = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    if not FAKETIME.exists():
        missing.append("libfaketime")
    if not shutil.which("cc"):
        missing.append("cc")
    if missing:
        return f"missing: {', '.join(missing)} (`Scripts/setup cluster` installs them)"
    probe = subprocess.run(["unshare", "--mount", "--uts", "true"], capture_output=True, text=True)
    if probe.returncode != 0:
        return f"no name spaces here: {probe.stderr.strip()}"
    return None


def alive(process):
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Bed:
    """A folder in /tmp with the cluster and the desktops, which are up from the first use on until `down`."""

    def __init__(self):
        # Slurm's sockets want a short path.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tb.", dir="/tmp"))
        self.environment = {
            **{name: value for name, value in os.environ.items()
               if not re.match("SLURM_|PMI|OMPI_|TANDEM_|BED_", name)},
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "BED_FOLDER": str(self.folder),
            "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
        }
        self.has_cluster = self.has_desktops = False
        self.homes = 0
        # Why the parts of the bed that were wanted do not come up; `None` where they do.
        self.failures = {}
        # What the tests started; all of it has ended after `down`.
        self.studies = []
        subprocess.run(
            ["cc", "-O1", "-shared", "-fPIC", "-o", self.folder / "bed.so", HERE / "bed.c", "-ldl", "-lpthread"], check=True)
        # A small disk that can be filled. The desktops have the mounts that were there when they came up.
        self.disk = self.folder / "m"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", self.disk], check=True)

    def script(self, name, *words, check=True):
        result = subprocess.run(
            [SCRIPTS / name, *map(str, words)], env=self.environment, capture_output=True, text=True, timeout=120)
        if check and result.returncode != 0:
            raise RuntimeError(f"{name} {words} ended with {result.returncode}: {result.stdout}{result.stderr}")
        return result

    def bring_up(self, *words):
        """The first time. What a container does not allow is no fault of Tandem's: tests that need it are skipped."""
        if words not in self.failures:
            try:
                self.failures[words] = None
                self.script(*words)
            except RuntimeError as error:
                self.failures[words] = error
        if self.failures[words]:
            pytest.skip(f"the bed does not come up here: {self.failures[words]}")

    # MARK: The cluster

    @property
    def cluster(self):
        """The folder of a cluster of four nodes with two cores each."""
        folder = self.folder / "c"
        self.has_cluster = True
        self.bring_up("up", folder, 4, 2)
        for line in (folder / "env").read_text().splitlines():
            for word in shlex.split(line.removeprefix("export ")):
                name, value = word.split("=", 1)
                self.environment[name] = value
        return folder

    def up(self):
        """Brings back what is missing."""
        self.script("up", self.folder / "c", 4, 2)

    def slurm(self, *words, check=False):
        return subprocess.run(
            [str(word) for word in words], env=self.environment, capture_output=True, text=True, timeout=60, check=check)

    # MARK: The desktops

    @property
    def desktops(self):
        """The folder of `pc1` and `pc2`."""
        folder = self.folder / "d"
        self.has_desktops = True
        self.bring_up("desktops", "up", folder, 2)
        return folder

    # MARK: Stores

    def home(self, on_disk=False):
        """A folder for a store.

        - Parameter on_disk: whether it is on the small disk, which then holds no other.
        """
        self.homes += 1
        path = (self.disk if on_disk else self.folder) / f"h{self.homes}"
        if on_disk:
            for other in self.disk.iterdir():
                shutil.rmtree(other)
        path.mkdir()
        return Home(path, self.folder / f"h{self.homes}.log")

    # MARK: The end

    def down(self):
        """Ends all of it, in whatever state it is, and removes the folder.

        - Returns: what could not be ended.
        """
        for study in self.studies:
            study.end()
        if self.has_desktops:
            self.script("desktops", "down", self.folder / "d", check=False)
        if self.has_cluster:
            self.script("down", self.folder / "c", check=False)
        # Those of nodes that were lost, and those that were stopped.
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        late = time.monotonic() + 5
        while self.processes() and time.monotonic() < late:
            time.sleep(0.05)
        subprocess.run(["umount", self.disk], check=False)
        left = [f"process {process}" for process in self.processes()]
        left += [line for line in pathlib.Path("/proc/mounts").read_text().splitlines() if f" {self.folder}/" in line]
        shutil.rmtree(self.folder, ignore_errors=True)
        return left

    def processes(self):
        """All processes whose environment names the bed's folder as theirs, as everything that it starts has it."""
        mark = f"BED_FOLDER={self.folder}".encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in path.read_bytes().split(b"\0") and int(path.parent.name) != os.getpid():
                    found.append(int(path.parent.name))
        return [process for process in found if alive(process)]


# MARK: What became of a store


@dataclasses.dataclass(frozen=True)
class Event:
    """What a process of Tandem did to a file of the store, as bed.c has written it down."""

    nanoseconds: int
    process: int
    machine: str
    what: str
    inode: int
    path: str
    to: str


class Home:
    """A store, and what happens in it."""

    def __init__(self, path, log):
        self.path, self.log = path, log

    def events(self):
        if not self.log.exists():
            return []
        lines = self.log.read_text().splitlines()
        fields = [line.split(" ") for line in lines]
        return [Event(int(f[0]), int(f[1]), f[2], f[3], int(f[4]), f[5].lstrip("/"), f[6].lstrip("/")) for f in fields]

    def processes(self):
        """The living processes of Tandem that have used the store."""
        mark = f"TANDEM_HOME={self.path}".encode()
        found = []
        for process in sorted({event.process for event in self.events()}):
            with contextlib.suppress(OSError):
                if mark in pathlib.Path(f"/proc/{process}/environ").read_bytes().split(b"\0") and alive(process):
                    found.append(process)
        return found

    def begun(self):
        """The trainings that were begun, by their keys: each takes the lock of its key before its first step, and one that
        goes on from where another stopped keeps that one's key."""
        pattern = re.compile(r"runs/([0-9a-f]{16})\.lock$")
        # A new one is linked into its place, and one of a process that was lost is replaced.
        return {
            match[1] for event in self.events() if event.what in ("link", "rename") and (match := pattern.match(event.to))
        }

    def results(self):
        """The results: name, inode and time."""
        folder = self.path / "results"
        found = {}
        for path in folder.glob("*.run") if folder.exists() else []:
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                found[path.name] = (status.st_ino, status.st_mtime_ns)
        return found

    def written(self):
        """The results in the order in which they came into their place: name and event."""
        return [
            (event.to.removeprefix("results/"), event) for event in self.events()
            if event.what == "rename" and re.fullmatch(r"results/[0-9a-f]{32}\.[0-9a-f]{16}\.run", event.to)
        ]

    def left(self):
        """What may not be there once nobody uses the store: claims, locks, half-written files."""
        names = [str(path.relative_to(self.path)) for path in self.path.rglob("*") if path.is_file()]
        return sorted(
            name for name in names if name.startswith("claims/") or re.search(r"\.(part|lock)$|\.(part|lock)\.", name))


# MARK: Reports


def without_times(text):
    """A report without what differs from one undisturbed training to the next. That is, and nothing else:

    * the last column of a table, "seconds a run", with how many threads that was measured, and the spaces before it;
    * in parentheses, how long more seeds would take "here";
    * the line that counts what came from the store: who trains what depends on who is faster.
    """
    lines, column = [], None
    for line in text.splitlines():
        if re.fullmatch(r"\d+ (of \d+|more) trainings? loaded from the run store.*", line):
            continue
        line = re.sub(r" \((?:under a minute|about )?[^()]*\b(?:s|min|h|minute|hours?|days?)\b[^()]* here\)", " (TIME)", line)
        if "seconds a run" in line:
            column = line.index("seconds a run")
        elif not line:
            column = None
        lines.append(line[:column].rstrip() if column else line)
    return "\n".join(lines) + "\n"


def page_without_times(text):
    """The same of a page, whose tables are HTML. It also holds what is told on standard error else: how long the study may take,
    and for which process this one waits."""
    waiting = r'<div class="output"><pre class="warning">note: (process \d+|another process)[^<]*waiting for[^<]*</pre></div>\n'
    text = re.sub(waiting, "", text)
    # What is printed before and after such a note is one piece without it.
    text = text.replace('</pre></div>\n<div class="output"><pre>', "")
    text = re.sub(r"^(.*>)?\d+ (of \d+|more) trainings? loaded from the run store[^<\n]*\n?", r"\1", text, flags=re.M)
    text = re.sub(r"^(.*>)?note: \d+ trainings[^<\n]* here\n?", r"\1", text, flags=re.M)
    text = re.sub(r" \([^()<]*\b(?:s|min|h|minute|hours?|days?)\b[^()<]* here\)", " (TIME)", text)
    last = re.compile(r"<t([hd])[^>]*>[^<]*</t\1></tr>")

    def table(match):
        return last.sub("</tr>", match[0]) if "seconds a run" in match[0] else match[0]

    return re.sub(r"<table.*?</table>", table, text, flags=re.S)


def digests(text):
    return re.findall(r"^run \d+ ([0-9a-f]{64}) ", text, re.M)


# MARK: Starters


class Study:
    """A study under way. What its processes print is in files."""

    def __init__(self, bed, home, command, reports, environment):
        self.home, self.reports = home, reports
        self.errors = reports[0].with_suffix(".err")
        with open(reports[0] if len(reports) == 1 else self.errors.with_suffix(".out"), "wb") as output:
            with open(self.errors, "wb") as errors:
                self.process = subprocess.Popen(
                    [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                    env={**bed.environment, **environment}, cwd=reports[0].parent, start_new_session=True)
        bed.studies.append(self)

    def wait(self, timeout=120):
        """- Returns: the exit code of what it was started with."""
        return self.process.wait(timeout)

    def codes(self):
        """The exit codes of the jobs of an array, as far as they have ended by themselves."""
        return [int(path.read_text()) for path in sorted(self.reports[0].parent.glob("code.*"))]

    def texts(self):
        texts = [path.read_text() if path.exists() else "" for path in self.reports]
        # What MPICH says of a process that was killed is on standard output too.
        return [text.split("\n" + "=" * 80)[0] for text in texts]

    def complaints(self):
        return self.errors.read_text() + "".join(
            path.read_text() for path in sorted(self.errors.parent.glob(self.errors.stem + ".*.err")))

    def end(self):
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            if self.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def start(bed, starter, home, program, words=(), machines=True, **variables):
    """Starts a program with four processes; see `start_command`."""
    return start_command(bed, starter, home, ["run", pathlib.Path(program).name, *words], program, machines, **variables)


def start_command(bed, starter, home, arguments, program=None, machines=True, **variables):
    """Starts Tandem with four processes, in a folder of their own.

    - Parameters:
      - starter: a name of `STARTERS`.
      - program: is copied there.
      - machines: whether each machine has a boot identifier of its own, as real ones do; else a lock tells them who lives.
      - variables: of the environment.
    """
    number = len(bed.studies)
    folder = bed.folder / f"s{number}"
    folder.mkdir()
    if program:
        shutil.copy(program, folder)
    # Four processes on two cores are enough.
    environment = {"TANDEM_HOME": str(home.path), "BED_LOG": str(home.log), "TANDEM_THREADS": "1", **variables}
    run = ["nice", "-n", "5", HERE / "machine", "auto" if machines else "here", EXECUTABLE, *arguments]
    command, reports = STARTERS[starter](bed, folder, [str(word) for word in run], environment)
    return Study(bed, home, command, reports, environment)


def alone(bed, folder, run, environment):
    return run, [folder / "report.txt"]


def srun(bed, folder, run, environment):
    bed.cluster
    return ["srun", "--quiet", "-N", "4", "-n", "4", f"--job-name=t{folder.name}", *run], [folder / "report.txt"]


def openmpi(bed, folder, run, environment):
    # More processes than cores; that root may is in the environment of the cluster.
    bed.cluster
    return ["mpirun.openmpi", "--oversubscribe", "-n", "4", *run], [folder / "report.txt"]


def mpich(bed, folder, run, environment):
    return ["mpirun.mpich", "-n", "4", *run], [folder / "report.txt"]


def array(bed, folder, run, environment):
    bed.cluster
    submit = shlex.join([
        "sbatch", "--parsable", "--array=1-4", "--requeue", "-N", "1", "--open-mode=truncate",
        f"--job-name=t{folder.name}", f"--output={folder}/report.%a.txt", f"--error={folder}/report.%a.err",
        "--wrap", f"{shlex.join(run)}; code=$?; echo $code > {folder}/code.$SLURM_ARRAY_TASK_ID; exit $code",
    ])
    # `sbatch --wait` looks every ten seconds.
    command = f'job=$({submit}) || exit; while squeue --noheader --jobs="$job" 2>&1 | grep -q .; do sleep 0.2; done'
    return ["sh", "-c", command], [folder / f"report.{number}.txt" for number in range(1, 5)]


def parallel(bed, folder, run, environment):
    """From the first desktop on both, two processes each."""
    desktops = bed.desktops
    variables = {**environment, "BED_FOLDER": str(bed.folder)}
    inner = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    line = f"cd {folder} && env {inner} NO_COLOR=1 {shlex.join(run)} > report.{{}}.txt 2> report.{{}}.err"
    command = [
        SCRIPTS / "desktops", "run", desktops, "pc1", "parallel", "--will-cite", "-S", "2/pc1,2/pc2", line, ":::",
        "1", "2", "3", "4",
    ]
    return command, [folder / f"report.{number}.txt" for number in range(1, 5)]


def desktop(bed, folder, run, environment):
    """One process, on the first desktop."""
    variables = {**environment, "BED_FOLDER": str(bed.folder), "NO_COLOR": "1"}
    words = [f"{name}={value}" for name, value in variables.items()]
    return [SCRIPTS / "desktops", "run", bed.desktops, "pc1", "env", *words, *run], [folder / "report.txt"]


STARTERS = {"alone": alone, "desktop": desktop, "srun": srun, "openmpi": openmpi, "mpich": mpich, "array": array, "parallel": parallel}
