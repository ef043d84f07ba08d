"""The parser: spans, what is incomplete, and what is an error where."""

from __future__ import annotations

import pytest

from hvlab.console.errors import ParseError
from hvlab.console.parser import parse_source
from hvlab.console.source import Source, Span
from hvlab.console.syntax import Binary, BlockLiteral, Command, Constant, ExpressionElement, Pipeline
from tests.console.support import shell


def _statements(source: str) -> list[str]:
    running, _, _ = shell()
    return [s.text for s in running.parse(source).statements]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("  \n# only a comment\n;;", []),
        ("Get-VM; $x = 1", ["Get-VM", "$x = 1"]),
        ("Get-VM |\n  Start-VM\n'x'", ["Get-VM |\n  Start-VM", "'x'"]),
        ("if (1) { 2 }\nelse { 3 } 'next'", ["if (1) { 2 }\nelse { 3 }", "'next'"]),
        ("function f { 1 } f", ["function f { 1 }", "f"]),
        ("Get-VM a `\n  b # c\n1", ["Get-VM a `\n  b", "1"]),
        ("$x = 1 + # c\n 2; 3", ["$x = 1 + # c\n 2", "3"]),
        ("$a = Get-VM | ? { $_ }; 'b'", ["$a = Get-VM | ? { $_ }", "'b'"]),
        ("try { 1 }\n\ncatch { 2 }\nfinally { 3 }\n4", ["try { 1 }\n\ncatch { 2 }\nfinally { 3 }", "4"]),
    ],
)
def test_statement_spans(source: str, expected: list[str]) -> None:
    assert _statements(source) == expected


def test_expression_spans() -> None:
    source = "  (1 + 2) -eq  $x.Name "
    block, _ = parse_source(Source(source))
    [pipeline] = block.statements
    assert isinstance(pipeline, Pipeline)
    [element] = pipeline.elements
    assert isinstance(element, ExpressionElement)
    node = element.expression
    assert isinstance(node, Binary)
    assert source[slice(*node.span)] == "(1 + 2) -eq  $x.Name"
    assert source[slice(*node.left.span)] == "(1 + 2)"
    assert source[slice(*node.operator_span)] == "-eq"
    assert source[slice(*node.right.span)] == "$x.Name"


def test_script_block_text() -> None:
    block, _ = parse_source(Source("Wait-Lab -Until { $vm.State -eq 'Off' }"))
    [pipeline] = block.statements
    assert isinstance(pipeline, Pipeline)
    [command] = pipeline.elements
    assert isinstance(command, Command)
    literal = command.elements[1]
    assert isinstance(literal, BlockLiteral)
    assert literal.span == Span(16, 39)


def test_bare_numbers_remember_their_text() -> None:
    block, _ = parse_source(Source("New-VM 007 512MB"))
    [pipeline] = block.statements
    assert isinstance(pipeline, Pipeline)
    [command] = pipeline.elements
    assert isinstance(command, Command)
    assert [(n.value, n.text) for n in command.elements if isinstance(n, Constant)] == [
        (7, "007"),
        (536870912, "512MB"),
    ]


INCOMPLETE = [
    "if ($true) {",
    "if (",
    "Get-VM |",
    "'abc",
    '"abc $(',
    "@'\nabc",
    "$x =",
    "1 +",
    "foreach ($x in",
    "function f {",
    "@(1,",
    "@{ a = 1",
    "@{ a =",
    "<# comment",
    "$x.Foo(",
    "$a[1",
    "try { 1 }",
    "do { 1 }",
    "Get-VM -Name a,",
    "switch (1) {",
    "function f { param(",
    "${abc",
    "1 -eq",
    "-not",
]


@pytest.mark.parametrize("source", INCOMPLETE)
def test_incomplete_asks_for_more(source: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_source(Source(source))
    assert caught.value.incomplete


WRONG = [
    ("1 2", 2, "UnexpectedToken"),
    ("Get-VM )", 7, "UnexpectedToken"),
    ("}", 0, "UnexpectedToken"),
    ("if () { }", 3, "IfStatementMissingCondition"),
    ("Get-VM | | Start-VM", 7, "EmptyPipeElement"),
    ("Get-VM | 5", 9, "ExpressionsMustBeFirstInPipeline"),
    ("Get-VM | { 1 }", 9, "ExpressionsMustBeFirstInPipeline"),
    ("1 = 2", 0, "InvalidLeftHandSide"),
    ("a && b", 2, "UnsupportedConstruct"),
    ("a || b", 2, "UnsupportedConstruct"),
    ("Get-VM &", 7, "AmpersandNotAllowed"),
    ('"$vm: x"', 1, "InvalidVariableReferenceWithDrive"),
    ("$x = @p", 5, "SplattingNotPermitted"),
    ("@{1}", 2, "MissingEqualsInHashLiteral"),
    ("foreach (x in 1) { }", 8, "MissingVariableNameAfterForeach"),
    ("else { 1 }", 0, "UnexpectedToken"),
    ("[nosuch]5", 0, "TypeNotFound"),
    ("99999999999999999999", 0, "BadNumericConstant"),
    ("@'x", 2, "UnexpectedCharactersAfterHereStringHeader"),
    ("1 -foo 2", 2, "UnexpectedToken"),
    ("Get-VM < x", 7, "RedirectionNotSupported"),
    ("$x[]", 2, "MissingArrayIndexExpression"),
    ("Get-VM a,,b", 8, "MissingArgument"),
    ("try { 1 } 'x'", 0, "MissingCatchOrFinally"),
]


@pytest.mark.parametrize(("source", "start", "error_id"), WRONG, ids=[case[0] for case in WRONG])
def test_wrong_at_its_place(source: str, start: int, error_id: str) -> None:
    running, host, _ = shell()
    running.run(source)
    [error] = host.errors
    assert error.error_id == error_id
    assert error.position is not None and error.position.span.start == start


def test_deep_nesting_ends_in_an_error() -> None:
    for opener in ("(", "{", "$(", "@(", "if (1) {", "-not ", "@{a=", '"$('):
        with pytest.raises(ParseError) as caught:
            parse_source(Source(opener * 20_000))
        assert caught.value.error_id == "NestingTooDeep"


def test_forty_levels_are_fine() -> None:
    running, host, _ = shell()
    running.run("(" * 24 + "7" + ")" * 24)
    assert host.objects == [7]


def test_long_chains_are_fine_or_refused() -> None:
    running, host, _ = shell()
    running.run(" + ".join(["1"] * 300))
    assert host.objects == [300]
    running.run(" + ".join(["1"] * 5000))
    assert [e.error_id for e in host.errors] == ["NestingTooDeep"]


def test_crlf_counts_as_one_line_end() -> None:
    running, host, _ = shell()
    running.run("'a'\r\n1/0 |`\r\n % { $_ }\r\n@'\r\nx\r\ny\r\n'@")
    assert host.objects == ["a", "x\r\ny"]
    assert host.errors[0].position is not None and host.errors[0].position.line == 2
