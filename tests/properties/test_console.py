"""Properties of the console for any input: no crash, no hang, no misread."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from hvlab.console.cmdlets import CmdletTable
from hvlab.console.completion import complete
from hvlab.console.errors import ParseError
from hvlab.console.formatting import format_values
from hvlab.console.objects import DateTime, EnumValue, Hashtable, TimeSpan, custom_object
from hvlab.console.parser import parse_source
from hvlab.console.source import Source
from hvlab.console.syntax import Node
from hvlab.console.tokens import tokenize
from tests.console.support import FakeLab, shell, table
from tests.console.test_language import CASES

PIECES = [
    *"(){}[]@$#;|,.:'\"`&=+-*/%<>!?\n \t",
    "$x",
    "$(",
    "@(",
    "@{",
    "Get-VM",
    "-Name",
    "-eq",
    "-and",
    "-not",
    "1",
    "512MB",
    "'a'",
    '"b $x"',
    "if",
    "else",
    "foreach",
    "in",
    "function f",
    "param",
    "switch",
    "try",
    "catch",
    "[int]",
    "..",
    "| % { $_ }",
    "@'\n",
    "\n'@",
    "<#",
    "#>",
    "2>$null",
    "return",
    "while",
]
SOURCES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join),
)
REAL = [source for source, _ in CASES]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A real line with a piece cut out, doubled or replaced."""
    source = draw(st.sampled_from(REAL))
    start = draw(st.integers(0, len(source)))
    end = draw(st.integers(start, min(len(source), start + 8)))
    return source[:start] + draw(st.sampled_from([*PIECES, ""])) + source[end:]


def _children(value: object) -> list[Node]:
    found: list[Node] = []
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for item in value:
            found += _children(item)
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            found += _children(getattr(value, name))
    return found


def _check_spans(node: Node, size: int) -> None:
    assert 0 <= node.span.start <= node.span.end <= size
    for name in node.__struct_fields__:
        if name == "span":
            continue
        for child in _children(getattr(node, name)):
            assert node.span.start <= child.span.start and child.span.end <= node.span.end, (node, child)
            _check_spans(child, size)


@given(st.one_of(SOURCES, mutated()))
@settings(max_examples=400)
def test_any_text_is_a_script_or_a_parse_error(source: str) -> None:
    try:
        block, _ = parse_source(Source(source))
    except ParseError as error:
        assert 0 <= error.span.start <= error.span.end <= max(len(source), error.span.start + 1)
        assert error.line >= 1 and error.column >= 1
        assert error.render()
        return
    _check_spans(block, len(source))
    for before, after in zip(block.statements, block.statements[1:], strict=False):
        assert before.span.end <= after.span.start


@given(st.one_of(SOURCES, mutated()))
@settings(max_examples=200)
def test_a_statement_alone_parses_to_itself(source: str) -> None:
    """The text of a statement is the statement: what the session logs can be run again."""
    running, _, _ = shell()
    try:
        script = running.parse(source)
    except ParseError:
        return
    for statement in script.statements:
        [again] = running.parse(statement.text).statements
        assert again.text == statement.text


@given(st.one_of(SOURCES, mutated()))
@settings(max_examples=300)
def test_running_anything_ends_and_leaves_the_shell_alive(source: str) -> None:
    running, host, _ = shell(step_limit=20_000)
    outcome = running.run(source)
    assert outcome.exit_code >= 0 or "exit" in source
    format_values(host.objects, 80)
    for error in host.errors:
        assert error.render()
    host.objects.clear()
    assert running.run("$zz = 40; $zz + 2").ok or "zz" in source or "Preference" in source
    assert host.objects[-1:] == [42]


@given(st.one_of(SOURCES, mutated()))
@settings(max_examples=100)
def test_running_twice_is_the_same(source: str) -> None:
    def once() -> tuple[str, list[str], int]:
        running, host, _ = shell(step_limit=20_000)
        outcome = running.run(source)
        return format_values(host.objects, 80), [e.render() for e in host.errors], outcome.exit_code

    assert once() == once()


@given(st.one_of(SOURCES, mutated()), st.integers(0, 80))
@settings(max_examples=300)
def test_completion_never_raises(source: str, cursor: int) -> None:
    lab = FakeLab()
    sources = {"vm": lambda: [m.name for m in lab.machines], "variable": lambda: ["x", "vms"]}
    for found in complete(source, cursor, table_once(), sources):
        assert 0 <= found.start <= found.end <= len(source)


_TABLES: list[CmdletTable] = []


def table_once() -> CmdletTable:
    if not _TABLES:
        _TABLES.append(table())
    return _TABLES[0]


@given(st.one_of(SOURCES, mutated()))
@settings(max_examples=300)
def test_tokens_are_ordered_and_apart(source: str) -> None:
    at = 0
    for token in tokenize(source):
        assert at <= token.start < token.end <= len(source)
        at = token.end


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(),
    st.text(max_size=20),
    st.integers(-(10**18), 10**18).map(TimeSpan),
    st.integers(0, 10**18).map(DateTime),
    st.sampled_from([EnumValue("T", "On", 1), EnumValue("T", "Off", 2)]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text("abcXYZ ", min_size=1, max_size=6), inner, max_size=6).map(custom_object),
        st.lists(st.tuples(st.text("ab", max_size=3), inner), max_size=3).map(Hashtable),
    ),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=6), st.integers(-5, 200))
def test_formatting_never_raises_and_keeps_to_the_width(values: list[object], width: int) -> None:
    text = format_values(values, width)
    assert text == "" or text.endswith("\n")


@given(st.lists(VALUES, max_size=5))
@settings(max_examples=100)
def test_the_general_cmdlets_take_anything(values: list[object]) -> None:
    running, host, _ = shell()
    running.set_variable("v", values)
    for command in (
        "sort",
        "group",
        "measure",
        "select * ",
        "ft",
        "fl",
        "ConvertTo-Json",
        "ConvertTo-Csv",
        "gm",
        "gu",
    ):
        running.run(f"$v | {command}")
    assert all(e.error_id.split(",")[0] != "CallDepthOverflow" for e in host.errors)
