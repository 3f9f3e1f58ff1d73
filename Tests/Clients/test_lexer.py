"""The Pygments lexer that the package brings: found by its name, in step with the words of the kernel, and right about what
Swift's lexer gets wrong."""

import re
import subprocess

import nbformat
import pygments.lexers
import pytest
from kernel import ROOT, notebook
from pygments.token import Comment, Error, Keyword, Name, Number, String
from tandem_jupyter.generated.words import WORDS

PROGRAMS = sorted((ROOT / "Tests/LanguageTests/Programs").rglob("*.tandem"))


def tokens(code):
    lexer = pygments.lexers.get_lexer_by_name("tandem")
    return [(kind, piece) for kind, piece in lexer.get_tokens(code) if piece.strip()]


def test_the_words_are_those_of_the_kernel(tandem):
    """Fails after a word has come or gone: run Scripts/docs."""
    listed = subprocess.run([tandem, "help"], check=True, capture_output=True, text=True).stdout
    assert WORDS == re.findall(r"^  ([a-z0-9]+) ", listed, re.MULTILINE)
    assert len(WORDS) > 50


def test_files_and_names_find_it():
    found = [pygments.lexers.get_lexer_for_filename("a.tandem"), pygments.lexers.get_lexer_for_mimetype("text/x-tandem")]
    assert [lexer.name for lexer in found] == ["Tandem", "Tandem"]


@pytest.mark.parametrize(
    ("code", "kind", "piece"),
    [
        ("input 3x32x32", Name.Builtin, "input"), ("input 3x32x32", Number.Integer, "3x32x32"),
        ("conv 64, kernel: 3", Name.Label, "kernel"), ("a.loss", Name.Attribute, "loss"),
        ("model VGG(pooled: true) {", Name.Class, "VGG"), ("repeat 2 { }", Keyword, "repeat"),
        ("train a, lr: 1e-3", Number.Float, "1e-3"), ("1...5", Number.Integer, "1"),
        ("split d, 0.9", Name.Builtin, "split"), ("let none = 1", Name, "none"), ("let é = 1", Name, "é"),
        ("1 // train", Comment.Single, "// train"), ("/* a /* b */ train */", Comment.Multiline, " train "),
        (r'"a \(loss + 1) b"', String.Interpol, r"\("), (r'"a \(loss + 1) b"', Name, "loss"),
        (r'"\(max(1, 2)) train"', String, " train"), (r'"\u{1F600}"', String.Escape, r"\u{1F600}"),
        ('"never closed\ntrain a', Name.Builtin, "train"),
    ])
def test_it_knows(code, kind, piece):
    assert (kind, piece) in [(kind, piece) for kind, piece in pygments.lexers.get_lexer_by_name("tandem").get_tokens(code)]


def test_no_good_program_has_a_character_that_it_does_not_know():
    """All of the language's test programs that run to their end."""
    texts = {path: path.read_text() for path in PROGRAMS}
    good = {path: text for path, text in texts.items() if "// error" not in text}
    assert len(good) > 50
    for path, text in good.items():
        assert [piece for kind, piece in tokens(text) if kind is Error] == [], path


def test_nbconvert_colors_cells_with_it(run, tmp_path):
    made = notebook("model M { input 3x32x32; flatten; linear 10 }")
    made.metadata.language_info = {"name": "tandem", "pygments_lexer": "swift"}
    nbformat.write(made, tmp_path / "a.ipynb")
    run("jupyter", "nbconvert", "--to", "tandem_html", "a.ipynb")
    assert '<span class="nb">flatten</span>' in (tmp_path / "a.html").read_text()
