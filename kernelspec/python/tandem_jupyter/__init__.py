"""What Jupyter's Python tools need to know about Tandem's language: papermill's translator and a Pygments lexer."""

__version__ = "0.1.0"
