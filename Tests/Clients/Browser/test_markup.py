"""Text that somebody else chose stays text on the page: names of models and runs in a file that was passed on, classes that
are names of folders, labels, file names, answers. None becomes an element, and none is run."""

import hashlib
import html
import json
import struct
import subprocess
import urllib.parse
import zlib

import nbformat
import pytest
from kernel import TRAINING, notebook
from page import Page, until

# What runs as soon as it is an element, and a tag that would be seen to be missing.
SCRIPT = "<script>window.hacked = 1</script>"
IMAGE = "<img src=x onerror=window.hacked=1>"
EVIL = f"{SCRIPT}{IMAGE}&amp;<u>"

CELLS = [
    f'print "{EVIL}"',
    f'"{EVIL}"',
    f'table [("{EVIL}", 1), ("b", 2)]',
    f'table [("{EVIL}", 1)], as: markdown',
    f'print nosuch // {EVIL}',
    f'load "{EVIL}.safetensors"',
    f'let folder = imagefolder("{IMAGE}", size: 8)',
    "folder",
    "show folder",
    "model Tiny { input 3x8x8; flatten; linear 2 }\nlet t = train Tiny, on: folder, epochs: 1",
    "predict t, on: folder",
    'load "forged.safetensors"',
    'let forged = load("forged.safetensors")\ntable forged, t',
    "plot forged, t",
    f'plot [1, 2], to: "{IMAGE}.svg"',
    f'let answer = "{EVIL}"; model Wide(label: answer) {{ input 3x8x8; flatten; linear 2 }}\nsummary Wide',
    "let w = train Wide, on: folder, epochs: 1",
    "table w",
    "plot w",
]


def png(color):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(color) * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def forge(path):
    """Renames model, run and data in a file that `save` wrote, with a checksum that is right again."""
    content = path.read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    header, values = json.loads(content[8:8 + size]), content[8 + size:]

    def checksum():
        digest = hashlib.sha256()
        for key, value in sorted(header["__metadata__"].items()):
            if key != "tandem.sha256":
                digest.update(f"{key}\0{value}\0".encode())
        for name in sorted(set(header) - {"__metadata__"}):
            begin, end = header[name]["data_offsets"]
            digest.update(f"{name}\0{header[name]['shape']} false\0".encode() + values[begin:end])
        return digest.hexdigest()

    metadata = header["__metadata__"]
    assert metadata["tandem.sha256"] == checksum(), "what `save` sums up has changed; follow it here"
    record = json.loads(metadata["tandem"])
    record["model"] = record["name"] = record["data"]["name"] = EVIL
    metadata["tandem"] = json.dumps(record)
    metadata["tandem.sha256"] = checksum()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + values)


@pytest.fixture(scope="module")
def page(tandem, folder, server, browser):
    for part in ("train", "test"):
        for name, color in ((IMAGE, (255, 0, 0)), ("<u>", (0, 0, 255))):
            images = folder / IMAGE / part / name
            images.mkdir(parents=True)
            for number in range(8):
                (images / f"{number}.png").write_bytes(png(color))
    subprocess.run(
        [tandem], input=TRAINING + '\nsave a, "forged.safetensors"', text=True, cwd=folder, check=True, capture_output=True)
    forge(folder / "forged.safetensors")
    nbformat.write(notebook(*CELLS), folder / "markup.ipynb")
    page = Page(browser, server, "/lab/tree/markup.ipynb")
    page.open()
    return page


@pytest.mark.parametrize("number", range(len(CELLS)), ids=lambda number: f"cell{number}")
def test_it_shows_as_text(page, number):
    page.run(number)
    area = page.all(".jp-OutputArea", page.cells()[number])[0]
    assert page.browser.execute_script("return window.hacked") is None
    # JupyterLab cleans what it does not trust: no element of the text may be left to that.
    assert page.all("script, u, [onerror], img[src='x']", area) == []


def test_names_are_shown_whole(page):
    for number in (0, 1, 2, 5, 11, 12):
        assert SCRIPT in page.output(number), CELLS[number]
    for number in (6, 10):
        # How far it is stands in a picture, whose text is the source of an image here.
        drawn = "".join(html.unescape(urllib.parse.unquote(source)) for source in page.pictures(number))
        assert IMAGE in page.output(number) + drawn, CELLS[number]
    page.picture("markup")


def test_no_bundle_holds_them_bare(page, folder):
    """What is saved: pages made of it by others are not cleaned. LaTeX has no elements."""
    page.enter(0)
    page.click("docmanager:save")

    def kept():
        try:
            cells = nbformat.read(folder / "markup.ipynb", 4).cells
        except ValueError:  # half written
            return None
        return cells if cells[-1].outputs else None

    for cell in until(kept, "the notebook on the disk"):
        for output in cell.outputs:
            for kind, content in output.get("data", {}).items():
                if kind in ("text/html", "image/svg+xml", "text/markdown"):
                    if kind == "text/markdown":
                        content = content.replace("\\<", "")
                    assert "<script" not in content and "<img src=x" not in content, (cell.source, kind)
