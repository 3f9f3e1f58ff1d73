"""jupytext: notebooks as Markdown. Its table of languages is fixed; `custom_language_magics` adds ours, MyST needs no table."""

import nbformat
import pytest
from kernel import notebook, text

MARKDOWN = """\
---
jupyter:
  jupytext:
    custom_language_magics: tandem
  kernelspec:
    display_name: Tandem
    language: tandem
    name: tandem
---

# An experiment

```tandem
let width = 3
print width + 1
```
"""


def test_markdown_runs_as_a_notebook(run, tmp_path):
    (tmp_path / "a.md").write_text(MARKDOWN)
    run("jupytext", "--to", "ipynb", "--execute", "a.md")
    cells = nbformat.read(tmp_path / "a.ipynb", 4).cells
    assert [cell.cell_type for cell in cells] == ["markdown", "code"]
    assert text(cells[1]) == "4\n"


@pytest.mark.parametrize(
    ("options", "fence"), [(["--opt", "custom_language_magics=tandem", "--to", "md"], "```tandem"), (["--to", "md:myst"], "```{code-cell}")])
def test_a_notebook_survives_markdown(run, tmp_path, options, fence):
    sources = ["let a = 1", "model M {\n    input 3x32x32\n\n    flatten; linear 10\n}", "// only a comment"]
    nbformat.write(notebook(*sources, nbformat.v4.new_markdown_cell("*text*")), tmp_path / "a.ipynb")
    run("jupytext", *options, "a.ipynb")
    assert (tmp_path / "a.md").read_text().count(fence) == 3
    run("jupytext", "--to", "ipynb", "--output", "b.ipynb", "a.md")
    assert [cell.source for cell in nbformat.read(tmp_path / "b.ipynb", 4).cells] == sources + ["*text*"]
