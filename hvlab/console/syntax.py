"""The syntax tree. Nodes are data with exact spans; what they mean stands in the compiler."""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.console.source import Span


@dataclass(slots=True)
class Node:
    span: Span


# --- expressions -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Constant(Node):
    """A literal. ``text`` keeps how a bare number was written: as a name, ``007`` stays ``007``."""

    value: object
    text: str | None = None


@dataclass(slots=True)
class BareWord(Node):
    """An unquoted word of command mode."""

    value: str


@dataclass(slots=True)
class Expandable(Node):
    """A string with parts to fill in."""

    parts: list[str | Node]
    bare: bool = False


@dataclass(slots=True)
class Variable(Node):
    name: str  # without a scope
    scope: str = ""  # global, script, local, env … or empty


@dataclass(slots=True)
class ArrayLiteral(Node):
    """``a, b, c``"""

    items: list[Node]


@dataclass(slots=True)
class ArrayExpression(Node):
    """``@( … )``"""

    body: Block


@dataclass(slots=True)
class SubExpression(Node):
    """``$( … )``"""

    body: Block


@dataclass(slots=True)
class Paren(Node):
    """``( … )``"""

    body: Node


@dataclass(slots=True)
class HashLiteral(Node):
    pairs: list[tuple[Node, Node]]


@dataclass(slots=True)
class BlockLiteral(Node):
    """``{ … }`` as a value."""

    body: BlockBody


@dataclass(slots=True)
class Unary(Node):
    operator: str
    operand: Node


@dataclass(slots=True)
class Binary(Node):
    """``operator`` in lower case without dash and case prefix; ``case`` is "c", "i" or empty."""

    operator: str
    case: str
    left: Node
    right: Node
    operator_span: Span


@dataclass(slots=True)
class Step(Node):
    """``++`` and ``--``."""

    target: Node
    delta: int
    prefix: bool


@dataclass(slots=True)
class Member(Node):
    target: Node
    name: Node
    static: bool = False


@dataclass(slots=True)
class Invoke(Node):
    """A method call."""

    target: Node
    name: Node
    arguments: list[Node]
    static: bool = False


@dataclass(slots=True)
class Index(Node):
    target: Node
    index: Node


@dataclass(slots=True)
class TypeLiteral(Node):
    name: str


@dataclass(slots=True)
class Cast(Node):
    type: str
    operand: Node


# --- commands ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ParameterArgument(Node):
    """``-Name`` or ``-Name:value``."""

    name: str
    value: Node | None = None


@dataclass(slots=True)
class Splat(Node):
    name: str


@dataclass(slots=True)
class Redirection(Node):
    stream: str  # "1", "2", …, "*"
    target: Node | None  # None for a merge such as 2>&1
    append: bool = False


@dataclass(slots=True)
class Command(Node):
    name: Node
    elements: list[Node]
    redirections: list[Redirection] = field(default_factory=list)
    operator: str = ""  # "&", "." or empty


@dataclass(slots=True)
class ExpressionElement(Node):
    """An expression at the head of a pipeline."""

    expression: Node
    redirections: list[Redirection] = field(default_factory=list)


# --- statements --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Pipeline(Node):
    elements: list[Node]


@dataclass(slots=True)
class Assignment(Node):
    target: Node
    operator: str  # "=", "+=" …
    value: Node


@dataclass(slots=True)
class Block(Node):
    statements: list[Node]


@dataclass(slots=True)
class If(Node):
    clauses: list[tuple[Node, Block]]
    otherwise: Block | None


@dataclass(slots=True)
class While(Node):
    condition: Node
    body: Block
    test_first: bool = True
    negate: bool = False  # do … until


@dataclass(slots=True)
class For(Node):
    start: Node | None
    condition: Node | None
    step: Node | None
    body: Block


@dataclass(slots=True)
class ForEach(Node):
    variable: Variable
    collection: Node
    body: Block


@dataclass(slots=True)
class Switch(Node):
    mode: str  # "", "wildcard", "regex", "exact"
    case_sensitive: bool
    subject: Node
    clauses: list[tuple[Node, Block]]
    default: Block | None


@dataclass(slots=True)
class Jump(Node):
    """break, continue, return, throw, exit."""

    kind: str
    value: Node | None = None


@dataclass(slots=True)
class Try(Node):
    body: Block
    catches: list[tuple[list[str], Block]]
    final: Block | None


@dataclass(slots=True)
class ParameterDeclaration(Node):
    name: str
    type: str = ""
    default: Node | None = None
    mandatory: bool = False
    position: int | None = None
    by_value: bool = False
    by_property: bool = False
    values: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)


@dataclass(slots=True)
class BlockBody:
    """What stands in a script block or a function. Without begin/process, ``end`` holds everything."""

    parameters: list[ParameterDeclaration] | None
    begin: Block | None
    process: Block | None
    end: Block
    advanced: bool = False  # [CmdletBinding()] or [Parameter()] was seen


@dataclass(slots=True)
class Function(Node):
    name: str
    body: BlockBody
