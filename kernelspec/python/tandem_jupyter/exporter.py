"""`jupyter nbconvert --to tandem_html`: nbconvert's page, its cells colored by our own lexer.

The kernel calls its lexer `swift`, because a page has colors then also where this package is not installed.
"""

import copy

from nbconvert.exporters import HTMLExporter


class TandemHTMLExporter(HTMLExporter):
    export_from_notebook = "HTML (Tandem)"

    def from_notebook_node(self, nb, resources=None, **kw):
        nb = copy.deepcopy(nb)
        if nb.metadata.get("language_info", {}).get("name") == "tandem":
            nb.metadata.language_info["pygments_lexer"] = "tandem"
        return super().from_notebook_node(nb, resources, **kw)
