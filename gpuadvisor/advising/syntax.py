"""Text to Python's syntax tree, within bounds that keep a stranger's expression harmless."""

import ast
import warnings

MAXIMUM_LENGTH = 2000
MAXIMUM_NODES = 300
MAXIMUM_DEPTH = 40


class ExpressionError(Exception):
    """An expression that is refused: `reason`, and the line within its text (from 1)."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def parse_syntax(text: str) -> ast.expr:
    """Return the syntax tree of one expression; raise ExpressionError if it is none or too large."""
    if len(text) > MAXIMUM_LENGTH:
        raise ExpressionError(f"longer than {MAXIMUM_LENGTH} characters")
    if not text.strip():
        raise ExpressionError("empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # Parentheses let an expression span lines as it does in a TOML multi-line string.
            tree = ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"not an expression: {error.msg}", error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError, Warning) as error:
        raise ExpressionError(f"not an expression: {error or type(error).__name__}") from None
    if _closes_our_parenthesis(tree):
        raise ExpressionError("not an expression: unmatched ')'")
    _check_size(tree)
    return tree


def _closes_our_parenthesis(tree: ast.expr) -> bool:
    """Tell `a) or (b`, which begins with our parenthesis, from an expression inside of it."""
    begins_with_it = (tree.lineno, tree.col_offset) == (1, 0)
    return begins_with_it and not isinstance(tree, ast.Tuple | ast.GeneratorExp)


def _check_size(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    nodes = depth = 0
    while level:
        nodes += len(level)
        depth += 1
        if nodes > MAXIMUM_NODES or depth > MAXIMUM_DEPTH:
            raise ExpressionError(
                f"too large: more than {MAXIMUM_NODES} parts or {MAXIMUM_DEPTH} levels deep"
            )
        level = [child for node in level for child in ast.iter_child_nodes(node)]
