"""The ways in which a module of checks is changed, one at a time.

The operators are the usual ones: comparisons, ``and``/``or``/``not``, conditions, arithmetic, constants, returns,
statements left out, ``break``/``continue``, keyword arguments, slice bounds, loops never entered, exceptions never
caught, contexts never entered, ``any``/``all``, ``min``/``max``. Nothing is excluded by hand, and equivalent changes
count like any other.

What only a person reads is no behaviour and is not changed: docstrings, type annotations, clauses and examples, what a
`Violation` or `NotApplicable` says, and texts of several words. Nor are a check's id and level left out or altered:
such a module does not load, or the lock of ids and the table of levels tell, and every such change would only flatter.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise
from typing import Any

PROSE_CALLS = frozenset({"Violation", "NotApplicable"})
PROSE_NAMES = frozenset(
    {"level", "clause", "why", "failing", "passing", "expected", "observed", "likely", "where", "when"}
)
"""Arguments and variables that hold what is told to a person, and the level of a check."""

NOWHERE = '__import__("contextlib").nullcontext()'
"""What stands for a context that is not entered."""

_COMPARED: Mapping[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")), ast.LtE: ("<=", ("<", ">")), ast.Gt: (">", (">=", "<=")), ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)), ast.Is: ("is", ("is not",)), ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)), ast.NotIn: ("not in", ("in",)),
}  # fmt: skip
_COUNTED: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"), ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "*"), ast.Pow: ("**", "*"), ast.BitOr: ("|", "&"), ast.BitAnd: ("&", "|"), ast.BitXor: ("^", "&"),
}  # fmt: skip
_SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min"}
_LEFT_OUT = frozenset({"annotation", "returns"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the bytes from ``start`` to ``end`` of a module become ``new``.

    ``module`` is the dotted name; ``scope`` the function, class or constant at its top that is changed; ``turn`` tells
    apart equal changes in one scope, in their order; ``ids`` are the checks that come by there.
    """

    module: str
    scope: str
    operator: str
    line: int
    start: int
    end: int
    old: str
    new: str
    turn: int = 0
    ids: tuple[str, ...] = ()

    def applied(self, source: bytes) -> bytes:
        """The changed source."""
        return source[: self.start] + self.new.encode() + source[self.end :]

    def diff(self, source: bytes) -> str:
        """The lines that change, before and after, as a diff has them."""
        begin = source.rfind(b"\n", 0, self.start) + 1
        end = source.find(b"\n", self.end)
        before = source[begin:end].decode()
        after = (source[begin : self.start] + self.new.encode() + source[self.end : end]).decode()
        lines = [*(f"-{line}" for line in before.splitlines()), *(f"+{line}" for line in after.splitlines())]
        return "\n".join(lines)

    def rank(self, seed: int) -> bytes:
        """Its place in the draw. It does not depend on what stands elsewhere: an edit changes few draws."""
        name = "\0".join(map(str, (seed, self.module, self.scope, self.operator, self.old, self.new, self.turn)))
        return blake2b(name.encode(), digest_size=8).digest()


def mutants(module: str, source: bytes) -> list[Mutant]:
    """Every change of a module, in the order of its lines, each with the checks that it can reach."""
    tree, text = ast.parse(source), _Text(source)
    reached = _reached(tree)
    everything = tuple(sorted({id for ids in reached.values() for id in ids}))
    found: list[Mutant] = []
    turns: dict[tuple[str, ...], int] = {}
    for statement in tree.body:
        scope = _name(statement)
        for node in _walk(statement):
            for operator, start, end, new in _changes(node, text):
                old = source[start:end].decode()
                key = (scope, operator, old, new)
                turns[key] = turns.get(key, -1) + 1
                line = source.count(b"\n", 0, start) + 1
                found.append(Mutant(module, scope, operator, line, start, end, old, new, turns[key]))
    return [replace(each, ids=reached.get(each.scope) or everything) for each in found]


class _Text:
    """Where the nodes of a tree stand in the bytes of their source."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def span(self, node: Any) -> tuple[int, int]:
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: Any) -> str:
        start, end = self.span(node)
        return self.source[start:end].decode()

    def between(self, one: Any, other: Any, sign: str) -> tuple[int, int]:
        """Where a sign or word stands between two nodes."""
        start, end = self.span(one)[1], self.span(other)[0]
        pattern = rf"\b{sign}\b".replace(" ", r"\s+") if sign[0].isalpha() else re.escape(sign)
        found = re.search(pattern.encode(), self.source[start:end])
        assert found is not None
        return start + found.start(), start + found.end()


Change = tuple[str, int, int, str]


def _changes(node: ast.AST, text: _Text) -> Iterator[Change]:
    """The changes of one node; what stands inside it has its own."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.BinOp() | ast.UnaryOp() | ast.AugAssign():
            yield from _signs(node, text)
        case ast.Constant() | ast.JoinedStr():
            yield from _constants(node, text)
        case ast.Call():
            yield from _calls(node, text)
        case ast.Slice():
            for part in (node.lower, node.upper, node.step):
                if part is not None:
                    yield "slice", *text.span(part), ""
        case ast.comprehension():
            for test in node.ifs:
                yield from _condition(test, text)
        case ast.IfExp() | ast.While() | ast.If():
            yield from _condition(node.test, text)
        case _:
            yield from _statements(node, text)


def _signs(node: ast.AST, text: _Text) -> Iterator[Change]:
    match node:
        case ast.Compare():
            for one, sign, other in zip((node.left, *node.comparators), node.ops, node.comparators, strict=False):
                old, news = _COMPARED[type(sign)]
                for new in news:
                    yield "comparison", *text.between(one, other, old), new
        case ast.BoolOp():
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for one, other in pairwise(node.values):
                yield "boolean", *text.between(one, other, old), new
        case ast.BinOp():
            old, new = _COUNTED[type(node.op)]
            yield "arithmetic", *text.between(node.left, node.right, old), new
        case ast.AugAssign():
            old, new = _COUNTED[type(node.op)]
            yield "arithmetic", *text.between(node.target, node.value, f"{old}="), f"{new}="
            yield "statement", *text.span(node), "pass"
        case ast.UnaryOp(op=ast.Not()):
            yield "not", *text.span(node), f"({text.of(node.operand)})"
        case ast.UnaryOp(op=ast.USub()):
            yield "arithmetic", *text.span(node), text.of(node.operand)


def _condition(test: ast.expr, text: _Text) -> Iterator[Change]:
    """The opposite, unless another operator makes it."""
    if not isinstance(test, ast.UnaryOp) and not (isinstance(test, ast.Compare) and len(test.ops) == 1):
        yield "condition", *text.span(test), f"(not ({text.of(test)}))"


def _constants(node: ast.Constant | ast.JoinedStr, text: _Text) -> Iterator[Change]:
    match node:
        case ast.JoinedStr():
            said = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if " " not in said.strip():
                yield "constant", *text.span(node), '"XX"'
        case ast.Constant(value=bool(value)):
            yield "constant", *text.span(node), str(not value)
        case ast.Constant(value=int() | float() as value):
            yield "constant", *text.span(node), repr(value + 1)
        case ast.Constant(value=str(value)) if " " not in value:
            yield "constant", *text.span(node), repr(f"XX{value}")


def _calls(node: ast.Call, text: _Text) -> Iterator[Change]:
    if isinstance(node.func, ast.Name) and node.func.id in _SWAPPED:
        yield "call", *text.span(node.func), _SWAPPED[node.func.id]
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in PROSE_NAMES:
            continue
        start, end = text.span(keyword)
        rest = re.match(rb"\s*,\s*", text.source[end:])
        yield "argument", start, end + (rest.end() if rest else 0), ""


def _statements(node: ast.AST, text: _Text) -> Iterator[Change]:
    match node:
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "return", *text.span(value), "None"
        case ast.Return(value=None) | ast.Raise() | ast.Delete() | ast.Expr(value=ast.Call()):
            yield "statement", *text.span(node), "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "statement", *text.span(node), "pass"
        case ast.Break():
            yield "loop", *text.span(node), "continue"
        case ast.Continue():
            yield "loop", *text.span(node), "break"
            yield "statement", *text.span(node), "pass"
        case ast.For():
            yield "loop", *text.span(node.iter), "()"
        case ast.ExceptHandler(type=ast.expr() as kind):
            yield "except", *text.span(kind), "()"
        case ast.withitem(context_expr=expression, optional_vars=None):
            yield "context", *text.span(expression), NOWHERE


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all inside it that behaves: what is only read by people, or by the type checker, is passed over."""
    if _is_read(node):
        return
    yield node
    if isinstance(node, ast.JoinedStr):
        return
    for name, value in ast.iter_fields(node):
        if name not in _LEFT_OUT and not (name == "args" and _is_check(node)):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _walk(child)


def _is_check(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"


def _is_read(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in PROSE_CALLS
        case ast.keyword(arg=str(name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name in PROSE_NAMES or name == "__all__"
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _name(statement: ast.stmt) -> str:
    """What a statement at the top of a module defines; empty for one that defines nothing."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_])]):
            return name
    return ""


def _reached(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """For each name at the top of a module the checks whose function refers to it, however indirectly."""
    names: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                names |= {each.id: _name(statement) for each in ast.walk(target) if isinstance(each, ast.Name)}
        names[_name(statement)] = _name(statement)
    uses: dict[str, set[str]] = {scope: set() for scope in names.values()}
    ids: dict[str, str] = {}
    for statement in tree.body:
        scope = _name(statement)
        uses[scope] |= {
            names[each.id] for each in ast.walk(statement) if isinstance(each, ast.Name) and each.id in names
        }
        for decorator in getattr(statement, "decorator_list", ()):
            match decorator:
                case ast.Call(func=ast.Name(id="check"), args=[ast.Constant(value=str(id)), *_]):
                    ids[scope] = id
    reached: dict[str, set[str]] = {scope: set() for scope in uses}
    for scope, id in ids.items():
        todo, seen = [scope], {scope}
        while todo:
            here = todo.pop()
            reached[here].add(id)
            todo += uses[here] - seen
            seen |= uses[here]
    return {scope: tuple(sorted(found)) for scope, found in reached.items()}
