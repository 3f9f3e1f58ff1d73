"""What Jupyter's Python tools have to know of Tandem's language: papermill's translator and a Pygments lexer."""

__version__ = "0.1.0"
