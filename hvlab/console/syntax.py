"""The syntax tree. Nodes are data with exact spans; what they mean stands in the compiler."""

from __future__ import annotations

from msgspec import Struct

from hvlab.console.source import Span


class Node(Struct):
    span: Span


# --- expressions -------------------------------------------------------------------------------------------


class Constant(Node):
    """A literal. ``text`` keeps how a bare number was written: as a name, ``007`` stays ``007``."""

    value: object
    text: str | None = None


class BareWord(Node):
    """An unquoted word of command mode."""

    value: str


class Expandable(Node):
    """A string with parts to fill in."""

    parts: list[str | Node]
    bare: bool = False


class Variable(Node):
    name: str  # without a scope
    scope: str = ""  # global, script, local, env … or empty


class ArrayLiteral(Node):
    """``a, b, c``"""

    items: list[Node]


class ArrayExpression(Node):
    """``@( … )``"""

    body: Block


class SubExpression(Node):
    """``$( … )``"""

    body: Block


class Paren(Node):
    """``( … )``"""

    body: Node


class HashLiteral(Node):
    pairs: list[tuple[Node, Node]]


class BlockLiteral(Node):
    """``{ … }`` as a value."""

    body: BlockBody


class Unary(Node):
    operator: str
    operand: Node


class Binary(Node):
    """``operator`` in lower case without dash and case prefix; ``case`` is "c", "i" or empty."""

    operator: str
    case: str
    left: Node
    right: Node
    operator_span: Span


class Step(Node):
    """``++`` and ``--``."""

    target: Node
    delta: int
    prefix: bool


class Member(Node):
    target: Node
    name: Node
    static: bool = False


class Invoke(Node):
    """A method call."""

    target: Node
    name: Node
    arguments: list[Node]
    static: bool = False


class Index(Node):
    target: Node
    index: Node


class TypeLiteral(Node):
    name: str


class Cast(Node):
    type: str
    operand: Node


# --- commands ----------------------------------------------------------------------------------------------


class ParameterArgument(Node):
    """``-Name`` or ``-Name:value``."""

    name: str
    value: Node | None = None


class Splat(Node):
    name: str


class Redirection(Node):
    stream: str  # "1", "2", …, "*"
    target: Node | None  # None for a merge such as 2>&1
    append: bool = False


class Command(Node):
    name: Node
    elements: list[Node]
    redirections: list[Redirection] = []
    operator: str = ""  # "&", "." or empty


class ExpressionElement(Node):
    """An expression at the head of a pipeline."""

    expression: Node
    redirections: list[Redirection] = []


# --- statements --------------------------------------------------------------------------------------------


class Pipeline(Node):
    elements: list[Node]


class Assignment(Node):
    target: Node
    operator: str  # "=", "+=" …
    value: Node


class Block(Node):
    statements: list[Node]


class If(Node):
    clauses: list[tuple[Node, Block]]
    otherwise: Block | None


class While(Node):
    condition: Node
    body: Block
    test_first: bool = True
    negate: bool = False  # do … until
    label: str = ""


class For(Node):
    start: Node | None
    condition: Node | None
    step: Node | None
    body: Block
    label: str = ""


class ForEach(Node):
    variable: Variable
    collection: Node
    body: Block
    label: str = ""


class Switch(Node):
    mode: str  # "", "wildcard", "regex", "exact"
    case_sensitive: bool
    subject: Node
    clauses: list[tuple[Node, Block]]
    default: Block | None
    label: str = ""


class Jump(Node):
    """break, continue, return, throw, exit."""

    kind: str
    value: Node | None = None
    label: str = ""


class Try(Node):
    body: Block
    catches: list[tuple[list[str], Block]]
    final: Block | None


class ParameterDeclaration(Node):
    name: str
    type: str = ""
    default: Node | None = None
    mandatory: bool = False
    position: int | None = None
    by_value: bool = False
    by_property: bool = False
    values: list[str] = []
    aliases: list[str] = []
    checks: list[tuple[str, list[object]]] = []  # [ValidateRange(1, 4)] and its like, by lower-case name


class BlockBody(Struct):
    """What stands in a script block or a function. Without begin/process, ``end`` holds everything."""

    parameters: list[ParameterDeclaration] | None
    begin: Block | None
    process: Block | None
    end: Block
    advanced: bool = False  # [CmdletBinding()] or [Parameter()] was seen
    should_process: bool = False  # [CmdletBinding(SupportsShouldProcess)]


class Function(Node):
    name: str
    body: BlockBody
