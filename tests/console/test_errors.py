"""Errors exactly as PowerShell prints them."""

from __future__ import annotations

import pytest

from hvlab.console import limits
from hvlab.console.cmdlets import Call, Cmdlet
from hvlab.console.errors import ParseError
from hvlab.session.session import Session
from tests.console.support import failure, printed, shell

RENDERED: list[tuple[str, str]] = [
    (
        "Get-VM N1",
        """\
Get-VM : Hyper-V was unable to find a virtual machine with name "N1".
At line:1 char:1
+ Get-VM N1
+ ~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (N1:String) [Get-VM], VirtualizationException
    + FullyQualifiedErrorId : InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM""",
    ),
    (
        "$x = 1\ngvm N1 | Out-Null",
        """\
gvm : Hyper-V was unable to find a virtual machine with name "N1".
At line:2 char:1
+ gvm N1 | Out-Null
+ ~~~~~~
    + CategoryInfo          : InvalidArgument: (N1:String) [Get-VM], VirtualizationException
    + FullyQualifiedErrorId : InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM""",
    ),
    (
        "Get-Foo",
        """\
Get-Foo : The term 'Get-Foo' is not recognized as the name of a cmdlet, function, script file, or operable \
program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
At line:1 char:1
+ Get-Foo
+ ~~~~~~~
    + CategoryInfo          : ObjectNotFound: (Get-Foo:String) [], CommandNotFoundException
    + FullyQualifiedErrorId : CommandNotFoundException""",
    ),
    (
        "Get-VM -Foo 1",
        """\
Get-VM : A parameter cannot be found that matches parameter name 'Foo'.
At line:1 char:8
+ Get-VM -Foo 1
+        ~~~~
    + CategoryInfo          : InvalidArgument: (:) [Get-VM], ParameterBindingException
    + FullyQualifiedErrorId : NamedParameterNotFound,Microsoft.HyperV.PowerShell.Commands.GetVM""",
    ),
    (
        "New-VM x -MemoryStartupBytes abc",
        """\
New-VM : Cannot bind parameter 'MemoryStartupBytes'. Cannot convert value "abc" to type "System.Int64". Error: \
"Input string was not in a correct format."
At line:1 char:30
+ New-VM x -MemoryStartupBytes abc
+                              ~~~
    + CategoryInfo          : InvalidArgument: (:) [New-VM], ParameterBindingException
    + FullyQualifiedErrorId : CannotConvertArgumentNoMessage,Microsoft.HyperV.PowerShell.Commands.NewVM""",
    ),
    (
        "'a' | Set-Pair -A 1",
        """\
Set-Pair : The input object cannot be bound to any parameters for the command either because the command does \
not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.
At line:1 char:7
+ 'a' | Set-Pair -A 1
+       ~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (a:String) [Set-Pair], ParameterBindingException
    + FullyQualifiedErrorId : InputObjectNotBound,Microsoft.PowerShell.Commands.SetPairCommand""",
    ),
    (
        "1 / 0",
        """\
Attempted to divide by zero.
At line:1 char:1
+ 1 / 0
+ ~~~~~
    + CategoryInfo          : NotSpecified: (:) [], RuntimeException
    + FullyQualifiedErrorId : RuntimeException""",
    ),
    (
        "throw 'my words'",
        """\
my words
At line:1 char:1
+ throw 'my words'
+ ~~~~~~~~~~~~~~~~
    + CategoryInfo          : OperationStopped: (my words:String) [], RuntimeException
    + FullyQualifiedErrorId : my words""",
    ),
    (
        "$null.Foo()",
        """\
You cannot call a method on a null-valued expression.
At line:1 char:1
+ $null.Foo()
+ ~~~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (:) [], RuntimeException
    + FullyQualifiedErrorId : InvokeMethodOnNull""",
    ),
    (
        "Write-Error 'bad thing'",
        """\
Write-Error 'bad thing' : bad thing
At line:1 char:1
+ Write-Error 'bad thing'
+ ~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [Write-Error], WriteErrorException
    + FullyQualifiedErrorId : Microsoft.PowerShell.Commands.WriteErrorException,\
Microsoft.PowerShell.Commands.WriteErrorCommand""",
    ),
    (
        "1..3 | % {\n  $_ +\n}",
        """\
At line:2 char:6
+   $_ +
+      ~
You must provide a value expression following the '+' operator.
    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
    + FullyQualifiedErrorId : ExpectedValueExpression""",
    ),
    (
        "if ($true) { 1",
        """\
At line:1 char:12
+ if ($true) { 1
+            ~
Missing closing '}' in statement block or type definition.
    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
    + FullyQualifiedErrorId : MissingEndCurlyBrace""",
    ),
    (
        "$x = (1 + 2",
        """\
At line:1 char:6
+ $x = (1 + 2
+      ~
Missing closing ')' in expression.
    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
    + FullyQualifiedErrorId : MissingEndParenthesisInExpression""",
    ),
    (
        "1 2",
        """\
At line:1 char:3
+ 1 2
+   ~
Unexpected token '2' in expression or statement.
    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
    + FullyQualifiedErrorId : UnexpectedToken""",
    ),
]


@pytest.mark.parametrize(("source", "expected"), RENDERED, ids=[case[0][:40] for case in RENDERED])
def test_rendered(source: str, expected: str) -> None:
    assert failure(source) == expected


IDS: list[tuple[str, str]] = [
    ("Start-VM", "MissingMandatoryParameter,Microsoft.HyperV.PowerShell.Commands.StartVM"),
    ("Get-VM -Name", "MissingArgument,Microsoft.HyperV.PowerShell.Commands.GetVM"),
    ("Get-VM a b", "PositionalParameterNotFound,Microsoft.HyperV.PowerShell.Commands.GetVM"),
    ("Get-VM -Name a -VMName b", "ParameterAlreadyBound,Microsoft.HyperV.PowerShell.Commands.GetVM"),
    ("New-VM -N x", "AmbiguousParameter,Microsoft.HyperV.PowerShell.Commands.NewVM"),
    ("New-VM -NoVHD -NewVHDPath x", "AmbiguousParameterSet,Microsoft.HyperV.PowerShell.Commands.NewVM"),
    ("Set-Pair", "AmbiguousParameterSet,Microsoft.PowerShell.Commands.SetPairCommand"),
    ("New-VM -Boot xx", "CannotConvertArgumentNoMessage,Microsoft.HyperV.PowerShell.Commands.NewVM"),
    ("New-VM -Notes xx", "ParameterArgumentValidationError,Microsoft.HyperV.PowerShell.Commands.NewVM"),
    ("New-VM -Mem 1MB", "ParameterArgumentValidationError,Microsoft.HyperV.PowerShell.Commands.NewVM"),
    ("New-VM -Auto yes", "ParameterArgumentTransformationError,Microsoft.HyperV.PowerShell.Commands.NewVM"),
    ("'abc'.Nope()", "MethodNotFound"),
    ("[int]'x'", "InvalidCastFromStringToInteger"),
    ("5 + 'x'", "InvalidCastFromStringToInteger"),
    ("$a = 1,2; $a[7] = 1", "System.IndexOutOfRangeException"),
    ("$true = 5", "VariableNotWritable"),
    ("(Get-VM web01).Name = 'x'", "PropertyAssignmentException"),
    ("@{a=1; a=2}", "DuplicateKeyInHashLiteral"),
    ("& 5", "CommandNotFoundException"),
    ("'x' -match '('", "InvalidRegularExpression"),
    ("'x' -match '(?=x)'", "UnsupportedConstruct"),
    ("Get-VM > file.txt", "UnsupportedConstruct"),
    ("Out-GridView", "UnsupportedConstruct,Microsoft.PowerShell.Commands.OutGridViewCommand"),
    ("Invoke-Expression 'x'", "UnsupportedConstruct"),
    ("(1,2) - 1", "MethodNotFound"),
    ("'{0' -f 1", "FormatError"),
    ("$s = 'a'; $s++", "OperatorRequiresNumber"),
]


@pytest.mark.parametrize(("source", "error_id"), IDS, ids=[case[0] for case in IDS])
def test_error_id(source: str, error_id: str) -> None:
    running, host, _ = shell()
    outcome = running.run(source)
    assert [e.error_id for e in host.errors] == [error_id]
    assert outcome.exit_code == 1
    assert outcome.errors == tuple(host.errors)


def test_exact_texts_of_binding() -> None:
    running, host, _ = shell()
    running.run("Set-Pair; Start-VM; New-VM -N x; New-VM -Notes frist")
    assert [e.message for e in host.errors] == [
        "Parameter set cannot be resolved using the specified named parameters.",
        "Cannot process command because of one or more missing mandatory parameters: Name.",
        "Parameter cannot be processed because the parameter name 'N' is ambiguous. Possible matches include: "
        "-Name -NoVHD -NewVHDPath -NewVHDSizeBytes -Notes.",
        "Cannot validate argument on parameter 'Notes'. The argument \"frist\" does not belong to the set "
        '"first,second" specified by the ValidateSet attribute. Supply an argument that is in the set and then '
        "try the command again.",
    ]


def test_near_misses_are_explained() -> None:
    running, host, _ = shell()
    running.run(
        "Strat-VM x; Start-VM web01 -Passtru; New-VM -Notes frist; New-VM -BootDevice Flopy; Xyzzy-Plugh"
    )
    assert [e.explain and e.explain[0] for e in host.errors] == [
        "console.did_you_mean_command",
        "console.did_you_mean_parameter",
        "console.did_you_mean_value",
        "console.did_you_mean_value",
        "console.no_such_command",
    ]
    assert [e.explain[1]["suggestion"] for e in host.errors[:4] if e.explain] == [
        "Start-VM",
        "Passthru",
        "first",
        "Floppy",
    ]


@pytest.mark.parametrize(
    ("line", "named"), [("foo | bar", "foo"), ("Get-VM | bar | baz", "bar"), ("foo | Out-Null -Nope", "foo")]
)
def test_of_several_unknown_names_the_first_is_told(line: str, named: str) -> None:
    running, host, _ = shell()
    running.run(line)
    assert [error.command for error in host.errors] == [named]


def test_non_terminating_goes_on_and_counts() -> None:
    running, host, _ = shell()
    outcome = running.run("Get-VM nope,web01 | % Name; 'next'")
    assert host.objects == ["web01", "next"]
    assert outcome.exit_code == 1 and outcome.stopped_at is None and outcome.statements == 2


def test_raised_in_run_ends_the_record_only() -> None:
    running, host, _ = shell()
    running.run("Get-VM db01,web02 | Start-VM -Passthru | % Name; 'next'")
    assert [e.error_id for e in host.errors] == ["InvalidState,Microsoft.HyperV.PowerShell.Commands.StartVM"]
    assert host.objects == ["web02", "next"]


def test_stop_ends_the_script() -> None:
    running, host, _ = shell()
    outcome = running.run("1; Get-VM nope -ErrorAction Stop; 'never'")
    assert host.objects == [1]
    assert outcome.stopped_at == 1 and outcome.exit_code == 1
    running.run("$ErrorActionPreference = 'Stop'; [int]'x'; 'never'")
    assert host.objects == [1]


def test_silenced_and_caught_errors_are_no_failure() -> None:
    running, host, _ = shell()
    outcome = running.run("Get-VM nope -ea SilentlyContinue; try { throw 'x' } catch { }; Get-VM zz 2>$null")
    assert outcome.exit_code == 0 and outcome.ok and not host.errors
    running.run("$Error.Count")
    assert host.objects == [3]


def test_error_variable() -> None:
    running, host, _ = shell()
    running.run('Get-VM a1,b1 -ErrorAction SilentlyContinue -ErrorVariable mine; $mine.Count; "$($mine[0])"')
    assert host.objects == [2, 'Hyper-V was unable to find a virtual machine with name "a1".']


def test_preferences_belong_to_their_function() -> None:
    running, host, _ = shell()
    running.run("function f { $ErrorActionPreference = 'SilentlyContinue'; Get-VM a1 }; f; Get-VM b1")
    assert [e.target for e in host.errors] == ["b1"]
    running.run(
        "function g { param($n) Get-VM $n; 'after' }; g c1 -ErrorAction SilentlyContinue; g d1 -ea Stop"
    )
    assert [e.target for e in host.errors] == ["b1", "d1"]
    assert host.objects == ["after"]
    running.run("function h { param($n) $n }; h e1 -ErrorAction SilentlyContinue | Get-VM")
    assert [e.target for e in host.errors] == ["b1", "d1", "e1"]


def test_verbose_of_a_function_reaches_what_it_runs() -> None:
    running, host, _ = shell()
    running.run("function f { Start-VM web02 }; f -Verbose; f")
    assert host.messages == [("verbose", "starting web02")]


def test_exit_code() -> None:
    running, host, _ = shell()
    outcome = running.run("'a'; exit 7; 'b'")
    assert outcome.exit_code == 7 and outcome.stopped_at == 1 and host.objects == ["a"]


def test_parse_error_outcome() -> None:
    running, host, _ = shell()
    outcome = running.run("'a'; if (")
    assert outcome.exit_code == 2 and host.objects == [] and host.errors[0].parse


def test_script_name_in_place() -> None:
    running, host, _ = shell()
    running.run("\n\n  Get-VM nope", "setup.ps1")
    assert "At setup.ps1:3 char:3\n+   Get-VM nope\n+   ~~~~~~~~~~~" in host.errors[0].render()


def test_position_inside_functions_and_blocks() -> None:
    running, host, _ = shell()
    running.run("function f {\n  Get-VM nope\n}\nf\n1 | % { 1/0 }")
    assert [e.position.line for e in host.errors if e.position] == [2, 5]


def test_long_lines_are_cut_around_the_place() -> None:
    source = "$a = '" + "x" * 300 + "'; 1/0; '" + "y" * 300 + "'"
    lines = failure(source).split("\n")
    assert max(map(len, lines[:4])) < 170
    assert lines[2].index("1/0") == lines[3].index("~")
    assert lines[3].count("~") == 3


UNSUPPORTED: list[tuple[str, str]] = [
    ("workflow x { }", "workflow"),
    ("class A { }", "class"),
    ("\n\n  enum E { A }", "enum"),
    ("a && b", "&&"),
    ("a || b", "||"),
    ("1 ?? 2", "??"),
    ("$a ? 1 : 2", "?"),
    ("foreach -parallel ($i in 1) { }", "foreach -parallel"),
    ("trap { 1 }", "trap"),
    ("using namespace System", "using"),
    ("1.5d", "decimal literal"),
    ("$x?.Name", "?."),
    ("cmd --% a", "--%"),
    ("foreach ($i in 1) { break $name }", "break with an expression"),
    ("function f { param([ValidateScript({ $_ })]$x) }", "[ValidateScript()]"),
    ("function f { dynamicparam { } }", "dynamicparam"),
    ("switch -file x { }", "switch -file"),
]


@pytest.mark.parametrize(("source", "construct"), UNSUPPORTED, ids=[case[0] for case in UNSUPPORTED])
def test_refused_by_name(source: str, construct: str) -> None:
    running, _, _ = shell()
    with pytest.raises(ParseError) as caught:
        running.parse(source)
    error = caught.value
    assert error.message.startswith(f"`{construct}` is not part of hvlab's PowerShell (line {error.line}, ")
    assert error.explain is not None and error.explain[0].startswith("console.unsupported")
    assert f"(line {error.line}, column {error.column})" in error.message


def test_refused_inside_a_script_has_its_place() -> None:
    assert "(line 2, column 8)" in failure("'a'\nGet-VM 2>&1")


def test_text_host_prints_errors_between_objects() -> None:
    text = printed("'a'; Get-VM nope; 'b'")
    assert text.startswith("a\nGet-VM : ") and text.endswith("GetVM\nb\n")


def test_warnings_verbose_and_what_if() -> None:
    assert printed(
        "Write-Warning careful; Start-VM web02 -Verbose; Remove-VM web02 -WhatIf; (Get-VM).Count"
    ) == (
        "WARNING: careful\nVERBOSE: starting web02\n"
        'What if: Performing the operation "Remove-VM" on target "web02".\n3\n'
    )


def test_confirmation() -> None:
    running, host, lab = shell()
    running.run("Remove-VM web01 -Force; Remove-VM web02 -Confirm:$false; Remove-VM db01")
    assert [kind for kind, _ in host.messages] == ["confirm"]
    assert lab.machines == []


def test_a_fault_of_hvlabs_own_is_told_as_one_and_the_session_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(call: Call) -> None:
        raise IndexError("of ours")

    session = Session(cmdlets=[Cmdlet("Test-Fault", "Lab", (), broken)])
    with pytest.raises(IndexError):  # tests see it
        session.run("Test-Fault")
    monkeypatch.setattr(limits, "SPARE_FAULTS", True)
    outcome = session.run("Test-Fault; New-VM web01 -NoVHD")
    (error,) = outcome.errors
    assert error.error_id.startswith("InternalFault") and "IndexError: of ours" in error.message
    assert session.run("New-VM web02 -NoVHD; Get-VM web02").ok  # the statement after the failed one, too
