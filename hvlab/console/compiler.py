"""Expressions of the syntax tree into Python closures: ``closure(scope) -> value``.

Compiled once, run often: a loop's body costs no look at the tree. Steps are charged by statement, for all
its nodes at once (see ``statements``); ``height`` is how deep the closures call one another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from hvlab.console import limits, members, operators, quick
from hvlab.console.assigning import AssigningCompiler
from hvlab.console.convert import (
    NOTHING,
    BareNumber,
    TypeName,
    cast,
    plain,
    to_bool,
    to_int,
    to_list,
    to_text,
)
from hvlab.console.errors import CmdletError, ParseError, fault, left_out
from hvlab.console.formats import format_text
from hvlab.console.objects import PSObject, custom_object
from hvlab.console.runtime import Expression, Scope
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Span
from hvlab.console.syntax import (
    ArrayExpression,
    ArrayLiteral,
    BareWord,
    Binary,
    BlockLiteral,
    Cast,
    Constant,
    Expandable,
    HashLiteral,
    Index,
    Invoke,
    Member,
    Node,
    Paren,
    Step,
    SubExpression,
    TypeLiteral,
    Unary,
    Variable,
)
from hvlab.console.values import Hashtable

ARITHMETIC: dict[str, Callable[[object, object, operators.Charge], object]] = {
    "+": operators.add,
    "-": operators.subtract,
    "*": operators.multiply,
    "/": operators.divide,
    "%": operators.modulo,
    "..": operators.span,
    "join": operators.join,
}
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}


def collapse(found: list[object]) -> object:
    """What a pipeline's output is as a value: nothing, the one object, or an array."""
    if len(found) == 1:
        return found[0]
    return found if found else NOTHING


class ExpressionCompiler(AssigningCompiler):
    """Expressions only; statements and commands are the subclasses'."""

    def expression(self, node: Node) -> Expression:
        self.down(node)
        result = self._EXPRESSIONS[type(node)](self, node)
        self.level -= 1
        return result

    # --- leaves --------------------------------------------------------------------------------------------

    def _constant(self, node: Constant) -> Expression:
        value = node.value
        return lambda scope: value

    def _bare_word(self, node: BareWord) -> Expression:
        value = node.value
        return lambda scope: value

    def argument(self, node: Node) -> Expression:
        """As an argument of a command: bare numbers remember how they were written."""
        if isinstance(node, Constant) and node.text is not None and type(node.value) in (int, float):
            self.nodes += 1
            value = BareNumber(node.value, node.text)  # type: ignore[arg-type]
            return lambda scope: value
        if isinstance(node, ArrayLiteral):
            self.down(node)
            items = [self.argument(item) for item in node.items]
            self.level -= 1
            return lambda scope: [item(scope) for item in items]
        return self.expression(node)

    def _variable(self, node: Variable) -> Expression:
        runtime = self.runtime
        name = node.name.lower()
        if node.scope == "env":
            return lambda scope: runtime.environment.get(name)
        if node.scope in ("global", "script"):
            return lambda scope: runtime.globals.get(name)
        if node.scope not in ("", "local", "private", "variable"):
            raise ParseError(
                f"`${node.scope}:` is not part of hvlab's PowerShell",
                self.source,
                node.span,
                "UnsupportedConstruct",
                explain=left_out(f"${node.scope}:", ""),
            )
        if name in _CONSTANTS:
            value = _CONSTANTS[name]
            return lambda scope: value
        if name == "?":
            return lambda scope: runtime.ok
        if name == "error":
            return lambda scope: runtime.error_list
        if name == "psitem":
            name = "_"
        return quick.reader(name)

    def _expandable(self, node: Expandable) -> Expression:
        pieces = [part if isinstance(part, str) else "" for part in node.parts]
        filled = [
            (place, self.expression(part))
            for place, part in enumerate(node.parts)
            if not isinstance(part, str)
        ]
        charge = self.runtime.charge

        def build(scope: Scope) -> object:
            texts = pieces[:]
            for place, part in filled:
                texts[place] = to_text(part(scope))
            text = "".join(texts)
            if len(text) > 256:
                limits.check_text(text)
                charge(len(text) // 16)
            return text

        return build

    def _type_literal(self, node: TypeLiteral) -> Expression:
        name = self.type_name(node.name, node.span)
        value = TypeName(name)
        return lambda scope: value

    # --- collections ---------------------------------------------------------------------------------------

    def _array_literal(self, node: ArrayLiteral) -> Expression:
        items = [self.expression(item) for item in node.items]
        return lambda scope: [item(scope) for item in items]

    def _array_expression(self, node: ArrayExpression) -> Expression:
        if len(node.body.statements) == 1 and (whole := self._whole_array(node.body.statements[0])):
            return whole
        run = self.block(node.body)

        def build(scope: Scope) -> object:
            found: list[object] = []
            run(scope, found.append)
            return found

        return build

    def _whole_array(self, node: Node) -> Expression | None:
        """``@(1,2,3)``: PowerShell builds the array once, and keeps nested ones as they are."""
        from hvlab.console.syntax import ExpressionElement, Pipeline

        if isinstance(node, Pipeline) and len(node.elements) == 1:
            element = node.elements[0]
            if isinstance(element, ExpressionElement) and isinstance(element.expression, ArrayLiteral):
                return self.expression(element.expression)
        return None

    def _sub_expression(self, node: SubExpression) -> Expression:
        run = self.block(node.body)

        def build(scope: Scope) -> object:
            found: list[object] = []
            run(scope, found.append)
            return collapse(found)

        return build

    def _paren(self, node: Paren) -> Expression:
        return self.value_of(node.body)

    def hash_of(self, node: HashLiteral, *, ordered: bool = False) -> Expression:
        pairs = [(self.expression(key), self.value_of(value)) for key, value in node.pairs]
        spans = [key.span for key, _ in node.pairs]

        def build(scope: Scope) -> object:
            table = Hashtable(ordered=ordered)
            for index, (key, value) in enumerate(pairs):
                name = key(scope)
                if name is None:
                    raise self.located(
                        fault(
                            "A null key is not allowed in a hash literal.",
                            "InvalidNullKey",
                            "InvalidOperation",
                        ),
                        spans[index],
                    )
                if name in table:
                    raise self.located(
                        fault(
                            f"Duplicate keys '{to_text(name)}' are not allowed in hash literals.",
                            "DuplicateKeyInHashLiteral",
                            "InvalidOperation",
                        ),
                        spans[index],
                    )
                item = value(scope)
                table[name] = None if item is NOTHING else item
            return table

        return build

    def _hash_literal(self, node: HashLiteral) -> Expression:
        return self.hash_of(node)

    def _block_literal(self, node: BlockLiteral) -> Expression:
        body = self.body(node.body)
        source, span = self.source, node.span
        return lambda scope: ScriptBlock(source, span, body, scope)

    # --- operators -----------------------------------------------------------------------------------------

    def _unary(self, node: Unary) -> Expression:
        operand = self.expression(node.operand)
        span = node.span
        charge = self.runtime.charge
        if node.operator == "not":
            return lambda scope: not to_bool(operand(scope))

        def split(value: object) -> object:
            return operators.split_blanks(value, charge)

        actions: dict[str, Callable[[object], object]] = {
            "-": operators.negate,
            "+": lambda value: operators.add(0, value, charge),
            "bnot": lambda value: ~int(to_int(value, "System.Int64")),
            "join": lambda value: operators.join(value, "", charge),
        }
        actions["split"] = actions["csplit"] = actions["isplit"] = split
        action = actions[node.operator]

        def run(scope: Scope) -> object:
            value = operand(scope)
            try:
                return action(value)
            except CmdletError as error:
                raise self.located(error, span) from None

        return run

    def _binary(self, node: Binary) -> Expression:
        operator = node.operator
        left, right = self.expression(node.left), self.expression(node.right)
        if operator == "and":
            return lambda scope: to_bool(left(scope)) and to_bool(right(scope))
        if operator == "or":
            return lambda scope: to_bool(left(scope)) or to_bool(right(scope))
        if operator == "xor":
            return lambda scope: to_bool(left(scope)) is not to_bool(right(scope))
        slow = self.placed(self.action_of(node), node.span)
        native = quick.NATIVE.get(operator) or quick.NATIVE_TESTS.get(operator)
        if operator in ("eq", "ne") and node.case != "c" and type(text := _constant_text(node.right)) is str:
            return quick.text_test(left, text, operator == "eq", slow)
        if native is not None:
            return quick.binary(native, (node.left, node.right), (left, right), slow)
        return lambda scope: slow(left(scope), right(scope))

    def placed(self, action: Callable[[object, object], object], span: Span) -> quick.Slow:
        """An operator whose errors know where it stands."""

        def run(first: object, second: object) -> object:
            try:
                return action(first, second)
            except CmdletError as error:
                raise self.located(error, span) from None

        return run

    def action_of(self, node: Binary) -> Callable[[object, object], object]:
        """What a binary operator does with two values (not for the logical ones)."""
        operator, case = node.operator, node.case == "c"
        charge = self.runtime.charge
        if operator in ARITHMETIC:
            arithmetic = ARITHMETIC[operator]
            return lambda left, right: arithmetic(left, right, charge)
        if operator in operators.COMPARISONS:
            return lambda left, right: operators.comparison(operator, left, right, case, charge)
        if operator in ("contains", "notcontains", "in", "notin"):
            return lambda left, right: operators.membership(operator, left, right, case, charge)
        if operator in ("match", "notmatch"):
            runtime = self.runtime

            def match(left: object, right: object) -> object:
                result, table = operators.matching(operator, left, right, case, charge)
                if table is not None:
                    runtime.globals.variables["matches"] = table
                return result

            return match
        if operator == "replace":
            return lambda left, right: operators.replace(left, right, case, charge)
        if operator == "split":
            return lambda left, right: operators.split(left, right, case, charge)
        if operator == "f":
            return lambda left, right: format_text(
                to_text(left), to_list(right) if right is not None else [None]
            )
        if operator == "is":
            return operators.is_type
        if operator == "isnot":
            return lambda left, right: not operators.is_type(left, right)
        if operator == "as":
            return _as_type
        return lambda left, right: operators.bitwise(operator, left, right)

    def _cast(self, node: Cast) -> Expression:
        full = self.type_name(node.type, node.span)
        span = node.span
        if isinstance(node.operand, HashLiteral) and full.endswith(("PSCustomObject", "OrderedDictionary")):
            table = self.hash_of(node.operand, ordered=True)
            if full.endswith("OrderedDictionary"):
                return table
            return lambda scope: _custom(table(scope))
        operand = self.expression(node.operand)
        convert = self.runtime.cast if full in self.runtime.lab_casts else cast

        def run(scope: Scope) -> object:
            value = operand(scope)
            try:
                return convert(value, full)
            except CmdletError as error:
                raise self.located(error, span) from None

        return run

    # --- members -------------------------------------------------------------------------------------------

    def _member(self, node: Member) -> Expression:
        name = self.name_of(node.name)
        span = node.span
        if node.static:
            assert isinstance(node.target, TypeLiteral)
            full = self.type_name(node.target.name, node.target.span)

            def static(scope: Scope) -> object:
                try:
                    return members.get_static(full, name(scope))
                except CmdletError as error:
                    raise self.located(error, span) from None

            return static
        target = self.expression(node.target)
        missing = members.MISSING
        get = members.get_property
        if isinstance(node.name, Constant):
            member = members.property_reader(to_text(node.name.value))
            variable = quick.plain_variable(node.target)
            if variable is not None:
                return quick.member(variable, member)
            return lambda scope: member(target(scope))

        def read(scope: Scope) -> object:
            value = get(target(scope), name(scope))
            return None if value is missing else value

        return read

    def _invoke(self, node: Invoke) -> Expression:
        self.calls += 1
        name = self.name_of(node.name)
        arguments = [self.expression(argument) for argument in node.arguments]
        span = node.span
        runtime = self.runtime
        full = ""
        target: Expression | None = None
        if node.static:
            assert isinstance(node.target, TypeLiteral)
            full = self.type_name(node.target.name, node.target.span)
        else:
            target = self.expression(node.target)

        def run(scope: Scope) -> object:
            value = None if target is None else target(scope)
            given = [argument(scope) for argument in arguments]
            try:
                if target is None:
                    return members.call_static(runtime, full, name(scope), given)
                return members.call_method(runtime, value, name(scope), given)
            except CmdletError as error:
                raise self.located(error, span) from None

        return run

    def _index(self, node: Index) -> Expression:
        target, index = self.expression(node.target), self.expression(node.index)
        span = node.span

        def run(scope: Scope) -> object:
            value, position = target(scope), index(scope)
            try:
                return members.get_index(value, position)
            except CmdletError as error:
                raise self.located(error, span) from None

        return run

    _EXPRESSIONS: ClassVar[dict[type[Node], Callable[..., Expression]]] = {
        Constant: _constant,
        BareWord: _bare_word,
        Variable: _variable,
        Expandable: _expandable,
        TypeLiteral: _type_literal,
        ArrayLiteral: _array_literal,
        ArrayExpression: _array_expression,
        SubExpression: _sub_expression,
        Paren: _paren,
        HashLiteral: _hash_literal,
        BlockLiteral: _block_literal,
        Unary: _unary,
        Binary: _binary,
        Cast: _cast,
        Member: _member,
        Invoke: _invoke,
        Index: _index,
        Step: AssigningCompiler.step,
    }


def _constant_text(node: Node) -> object:
    return node.value if isinstance(node, Constant) else None


def _as_type(left: object, right: object) -> object:
    name = operators.type_name_of(right)
    try:
        return cast(plain(left), name)
    except CmdletError:
        return None


def _custom(table: object) -> PSObject:
    assert isinstance(table, Hashtable)
    return custom_object({to_text(key): value for key, value in table.items()})
