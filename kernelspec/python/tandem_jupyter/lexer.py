"""Colors for Tandem: Swift's look, with the words of the language as builtins and shapes as numbers."""

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from .generated.words import WORDS

RESERVED = ("let", "model", "block", "for", "in", "repeat", "if", "else", "true", "false")
NAME = r"[^\W\d]\w*"


class TandemLexer(RegexLexer):
    name = "Tandem"
    aliases = ["tandem"]
    filenames = ["*.tandem"]
    mimetypes = ["text/x-tandem"]
    version_added = ""
    url = ""

    tokens = {
        "root": [
            (r"\s+", Whitespace),
            (r"//[^\n\r]*", Comment.Single),
            (r"/\*", Comment.Multiline, "comment"),
            (r'"', String, "string"),
            (rf"(model|block)(\s+)({NAME})", bygroups(Keyword.Declaration, Whitespace, Name.Class)),
            # Behind a point and before a colon every name is an ordinary one.
            (rf"(\.)({NAME})", bygroups(Punctuation, Name.Attribute)),
            (rf"{NAME}(?=:)", Name.Label),
            (r"(true|false)\b", Keyword.Constant),
            (words(("let", "model", "block"), suffix=r"\b"), Keyword.Declaration),
            (words(RESERVED, suffix=r"\b"), Keyword),
            (words(sorted(WORDS), suffix=r"\b"), Name.Builtin),
            (NAME, Name),
            (r"\d+(?:[x×]\d+)+", Number.Integer),
            (r"(?:\d+(?:\.\d+)?|\.\d+)[eE][+-]?\d+|\d*\.\d+", Number.Float),
            (r"\d+", Number.Integer),
            (r"\.\.\.|&&|\|\||[=!<>]=|[-+*/%!<>=?]", Operator),
            (r"[()\[\]{},:;.]", Punctuation),
        ],
        "comment": [
            (r"/\*", Comment.Multiline, "#push"),
            (r"\*/", Comment.Multiline, "#pop"),
            (r"[^/*]+|[/*]", Comment.Multiline),
        ],
        "string": [
            (r'"|(?=[\n\r])', String, "#pop"),
            (r"\\\(", String.Interpol, "interpolation"),
            (r"\\u\{[0-9a-fA-F]+\}|\\.", String.Escape),
            (r'[^"\\\n\r]+', String),
        ],
        "interpolation": [
            (r"\(", Punctuation, "parenthesis"),
            (r"\)", String.Interpol, "#pop"),
        ],
        "parenthesis": [
            (r"\(", Punctuation, "#push"),
            (r"\)", Punctuation, "#pop"),
        ],
    }
    # Within `\( )` and its parentheses stands what stands outside.
    tokens["interpolation"] += tokens["root"]
    tokens["parenthesis"] += tokens["root"]
