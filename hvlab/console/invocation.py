"""From a command's name to the thing that runs: cmdlet, function or block, and where its output goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hvlab.console.binding import Argument
from hvlab.console.cmdlets import Cmdlet, Emit, Stage
from hvlab.console.convert import to_text
from hvlab.console.errors import CmdletError, fault, not_recognized, unsupported
from hvlab.console.functions import FunctionStage
from hvlab.console.prepared import PreparedCommand, PreparedRedirection
from hvlab.console.runtime import (
    Runtime,
    Scope,
)
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.scripts import is_script, read_script
from hvlab.console.source import Position
from hvlab.console.stages import cmdlet_stage
from hvlab.console.suggest import kindred, nearest, related

COMMAND_STEPS = 10  # finding and binding cost more than an operator does
#: Commands of a real system that will never be here, and what does the job.
ABSENT: dict[str, str] = {
    **dict.fromkeys(("invoke-expression", "iex"), "write the command itself, or & with its name"),
    "read-host": "use a parameter or a variable",
    "add-type": "use [pscustomobject]@{…} and functions",
    **dict.fromkeys(("start-process", "saps"), "use the cmdlets of the lab"),
    **dict.fromkeys(
        ("start-job", "sajb", "receive-job", "rcjb", "wait-job", "get-job", "gjb", "remove-job", "rjb"),
        "use & { … }: the lab does one thing after the other",
    ),
    **dict.fromkeys(
        ("invoke-command", "icm", "enter-pssession", "etsn", "new-pssession", "nsn"),
        "use & { … }: the console is on the host already",
    ),
    **dict.fromkeys(
        ("get-process", "ps", "gps"), "use Get-LabEvent process: worker processes begin and end there"
    ),
    **dict.fromkeys(
        ("get-service", "gsv"), "use Get-LabServer for the host, Get-LabGuestService for a guest"
    ),
    **dict.fromkeys(
        ("restart-service", "start-service", "stop-service", "sasv", "spsv"),
        "use Restart-Computer: the services of the host start with it",
    ),
    **dict.fromkeys(("whoami", "whoami.exe"), "go on: you are the administrator of every host"),
    **dict.fromkeys(("format-custom", "fc"), "use Format-List *"),
    "get-random": "write the numbers: runs must be repeatable",
    **dict.fromkeys(("add-pssnapin", "remove-module", "rmo"), "go on: every module is loaded"),
    **dict.fromkeys(("set-executionpolicy", "get-executionpolicy"), "go on: every script may run"),
    **dict.fromkeys(
        ("get-windowsfeature", "add-windowsfeature", "install-windowsfeature"),
        "use ServerManagerCmd: these cmdlets came with Windows Server 2008 R2",
    ),
    **dict.fromkeys(("dism", "dism.exe"), "use ocsetup: DISM came with Windows Server 2008 R2"),
    "set-strictmode": "test with if ($null -eq $x)",
    **dict.fromkeys(
        ("invoke-webrequest", "iwr", "curl", "wget", "invoke-restmethod", "irm"), "use Get-Content"
    ),
    **dict.fromkeys(
        ("get-ciminstance", "gcim", "invoke-cimmethod", "icim"),
        "use Get-WmiObject and Invoke-WmiMethod: the CIM cmdlets came with Windows Server 2012",
    ),
    **dict.fromkeys(
        ("export-clixml", "import-clixml", "convertto-xml"), "use ConvertTo-Json and ConvertFrom-Json"
    ),
    **dict.fromkeys(("cmd", "powershell", "pwsh", "wmic", "netsh", "sc.exe", "diskpart"), "use cmdlets"),
    **dict.fromkeys(("ipconfig", "ipconfig.exe"), "use Get-NetAdapter"),
    **dict.fromkeys(("ping", "ping.exe"), "use Test-Connection"),
    **dict.fromkeys(("notepad", "notepad.exe", "edit"), "use Get-Content and Set-Content"),
    **dict.fromkeys(("out-printer", "lp"), "use Out-File"),
    **dict.fromkeys(
        ("register-objectevent", "register-engineevent"), "use Register-WmiEvent, or Wait-Lab -Until { … }"
    ),
}


def make_stage(
    runtime: Runtime,
    command: PreparedCommand,
    scope: Scope,
    emit: Emit,
    has_input: bool,
    closing: list[Stage],
) -> Stage:
    """Find the command, evaluate and bind its arguments."""
    runtime.charge(COMMAND_STEPS)
    target: object = command.name
    if command.dynamic is not None:
        target = command.dynamic(scope)
    arguments = command.evaluate(scope)
    redirections = command.redirections
    if redirections:
        emit = redirected(runtime, redirections, scope, emit, closing)
    silenced = _silenced(redirections)
    if command.folded in runtime.functions and (known := _own_function(runtime, command)) is not None:
        return FunctionStage(runtime, *known, arguments, scope, emit, has_input, command)
    if isinstance(target, ScriptBlock):
        return FunctionStage(runtime, "", target, arguments, scope, emit, has_input, command)
    name = to_text(target)
    if name == "":
        raise _at(
            fault(
                "The expression after '&' in a pipeline element produced an object that was not valid. "
                "It must "
                "result in a command name, a script block, or a CommandInfo object.",
                "BadExpression",
                "InvalidOperation",
            ),
            command.name_position,
        )
    name = _unaliased(runtime, name)
    if is_script(name):
        block = read_script(runtime, name, command.position)
        return FunctionStage(runtime, name, block, arguments, scope, emit, has_input, command)
    found = _found(runtime, name)
    if found is None:
        raise command_not_found(runtime, name, command.name_position)
    if isinstance(found, tuple):
        return FunctionStage(runtime, *found, arguments, scope, emit, has_input, command)
    return cmdlet_stage(runtime, found, name, arguments, command.position, emit, has_input, silenced)


def _own_function(runtime: Runtime, command: PreparedCommand) -> tuple[str, ScriptBlock] | None:
    """The function of that very name, if nothing comes before it."""
    folded = command.folded
    if folded in runtime.aliases or runtime.table.knows(folded) or is_script(folded):
        return None
    return runtime.functions[folded]


def _unaliased(runtime: Runtime, name: str) -> str:
    alias = runtime.aliases.get(name.lower())
    return name if alias is None else alias[1]


def _found(runtime: Runtime, name: str) -> tuple[str, ScriptBlock] | Cmdlet | None:
    """The function or cmdlet of this name: an alias comes before a function, and a function before a cmdlet."""
    function = runtime.functions.get(name.lower())
    cmdlet = runtime.table.find(name)
    if function is not None and (cmdlet is None or cmdlet.name.lower() == name.lower()):
        return function
    if cmdlet is None and "-" not in name:
        return runtime.table.find("Get-" + name)  # as PowerShell: a noun alone gets it
    return cmdlet


def _at(error: CmdletError, position: Position) -> CmdletError:
    error.position = position
    return error


LEAVING = frozenset(("quit", "bye", "q", ":q", "logout", "close", "leave"))
"""What people type who want to go."""


def refuse_unknown(runtime: Runtime, commands: Sequence[PreparedCommand]) -> None:
    """Raise the error of the first of these commands whose name is written out and means nothing."""
    for command in commands:
        if command.name:
            name = _unaliased(runtime, command.name)
            if not is_script(name) and _found(runtime, name) is None:
                raise command_not_found(runtime, name, command.name_position)


def command_not_found(runtime: Runtime, name: str, position: Position) -> CmdletError:
    """What to say about a name that is no command here."""
    if name.lower() in ABSENT:
        return unsupported(name, position, ABSENT[name.lower()])
    error = not_recognized(name)
    error.terminating = True
    names = dict(runtime.table.names())
    names.update({folded: shown for folded, (shown, _) in runtime.functions.items()})
    suggestion = related(name, names) or nearest(name, names)
    if name.lower() in LEAVING:
        error.explain = ("console.how_to_leave", {})
    elif suggestion is not None:
        error.explain = ("console.did_you_mean_command", {"name": name, "suggestion": suggestion})
    elif (word := kindred(name, names.values())) is not None:
        error.explain = ("console.no_such_command_but", {"name": name, "word": word})
    else:
        error.explain = ("console.no_such_command", {"name": name})
    error.position = position
    record = runtime.make_record(error)
    error.record = replace(record, command=name, activity="")
    return error


def _silenced(redirections: tuple[PreparedRedirection, ...]) -> bool:
    return any(item.stream in ("2", "*") and item.null for item in redirections)


def redirected(
    runtime: Runtime,
    redirections: tuple[PreparedRedirection, ...],
    scope: Scope,
    emit: Emit,
    closing: list[Stage],
) -> Emit:
    """The output stream behind redirections. Files are Out-File's business, where the lab has it.

    What must still be told that the pipeline has ended goes into ``closing``.
    """
    for item in redirections:
        if item.merge:
            raise unsupported(f"{item.stream}>&1", item.position, "use -ErrorVariable and -WarningVariable")
        if item.null:
            if item.stream in ("1", "*"):
                emit = _drop
            continue
        out_file = runtime.table.find("Out-File")
        if out_file is None or item.stream != "1" or item.target is None:
            construct = f"{item.stream if item.stream != '1' else ''}{'>>' if item.append else '>'}"
            raise unsupported(construct, item.position, "use Out-File, and -ErrorVariable for errors")
        span = item.position.span
        arguments = [Argument(span, "FilePath", item.target(scope), attached=True)]
        if item.append:
            arguments.append(Argument(span, "Append"))
        stage = cmdlet_stage(runtime, out_file, "Out-File", arguments, item.position, emit, True, False)
        closing.append(stage)
        emit = stage.process
    return emit


def _drop(value: object) -> None:
    pass
