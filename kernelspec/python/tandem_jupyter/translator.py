"""papermill's parameters as Tandem: `let name = value`. papermill imports this module by the entry point in pyproject.toml."""

import math
import numbers
import re

from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

from .lexer import RESERVED

LARGEST = 2**63 - 1


class ParameterError(PapermillException):
    """A value or a name that Tandem cannot write."""


class TandemTranslator(Translator):
    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        for name, value in parameters.items():
            try:
                lines.append(cls.assign(cls.translate_name(name), cls.translate(value)))
            except ParameterError as error:
                raise ParameterError(f"parameter {name!r}: {error}") from None
        return "\n".join(lines) + "\n"

    @classmethod
    def comment(cls, cmt_str):
        return "// " + " ".join(str(cmt_str).splitlines())

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val}"

    @classmethod
    def translate_name(cls, name):
        if not re.fullmatch(r"[^\W\d]\w*", str(name)):
            raise ParameterError("is not a name in Tandem; use letters, digits and `_`, and begin with a letter")
        if name in RESERVED:
            raise ParameterError("is a reserved word of Tandem; choose another name")
        return name

    @classmethod
    def translate(cls, val):
        # NumPy's scalars are numbers by these classes, but neither `int` nor `float`; its booleans are none of them.
        if val is None:
            return cls.translate_none(val)
        if isinstance(val, bool) or type(val).__name__ in ("bool_", "bool"):
            return cls.translate_bool(val)
        if isinstance(val, numbers.Integral):
            return cls.translate_int(int(val))
        if isinstance(val, numbers.Real):
            return cls.translate_float(float(val))
        if isinstance(val, str):
            return cls.translate_str(val)
        if isinstance(val, tuple):
            return cls.translate_tuple(val)
        if isinstance(val, list):
            return cls.translate_list(val)
        if isinstance(val, dict):
            return cls.translate_dict(val)
        raise ParameterError(f"Tandem has no value for a {type(val).__name__}; give a number, a string, true, false or a list")

    @classmethod
    def translate_none(cls, val):
        raise ParameterError("Tandem has no None; leave the parameter out to keep the notebook's own value")

    @classmethod
    def translate_int(cls, val):
        if abs(val) > LARGEST:
            raise ParameterError(f"{val} is too large; whole numbers go up to {LARGEST}")
        return str(val)

    @classmethod
    def translate_float(cls, val):
        if not math.isfinite(val):
            raise ParameterError(f"{val} is not a number that Tandem can write")
        return repr(val)

    @classmethod
    def translate_str(cls, val):
        """In quotes. `\\(` would be computed, and a string ends on its line."""
        known = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t"}
        text = ""
        for character in val:
            if "\ud800" <= character <= "\udfff":
                raise ParameterError("the string holds half a character (a lone surrogate)")
            plain = character if character.isprintable() else f"\\u{{{ord(character):x}}}"
            text += known.get(character, plain)
        return f'"{text}"'

    @classmethod
    def translate_list(cls, val):
        return "[" + ", ".join(cls.translate(item) for item in val) + "]"

    @classmethod
    def translate_tuple(cls, val):
        if len(val) < 2:
            raise ParameterError("a tuple has at least two values; use a list")
        return "(" + ", ".join(cls.translate(item) for item in val) + ")"

    @classmethod
    def translate_dict(cls, val):
        raise ParameterError("Tandem has no dictionaries; give each value a parameter of its own")

    # What stands behind `let`, with its help behind `//`; a string may hold `//`.
    LINE = re.compile(r"""\s*let\s+([^\W\d]\w*)\s*=\s*((?:"(?:\\.|[^"\\])*"|(?!//)[^"])*?)\s*;?\s*(?://\s*(.*))?$""")

    @classmethod
    def inspect(cls, parameters_cell):
        """What `papermill --help-notebook` lists."""
        found = []
        for line in parameters_cell["source"].splitlines():
            match = cls.LINE.match(line)
            if match:
                name, value, text = match.groups()
                found.append(Parameter(name, cls.kind(value), value, (text or "").strip()))
        return found

    @staticmethod
    def kind(value):
        kinds = {r"-?\d+": "int", r"-?(\d*\.)?\d+([eE][+-]?\d+)?": "float", r"true|false": "bool", r'".*"': "str", r"\[.*\]": "list"}
        return next((kind for pattern, kind in kinds.items() if re.fullmatch(pattern, value)), "None")


class NoAddress:
    """papermill reads and writes nothing under our entry point's name."""

    @staticmethod
    def refuse(*_):
        raise PapermillException("`tandem-translator://` is not the address of a notebook")

    read = write = listdir = pretty_path = refuse


papermill_translators.register("tandem", TandemTranslator)
