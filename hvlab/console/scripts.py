"""Script files of the lab: ``. D:\\tools.ps1`` and ``& .\\make.ps1 -Count 3``.

The language knows no files; it reads a script as a learner would, with Get-Content, where the lab has it.
"""

from __future__ import annotations

from hvlab.console.binding import Argument
from hvlab.console.convert import NOTHING, to_text
from hvlab.console.errors import CmdletError, ParseError, not_recognized
from hvlab.console.parser import Parser
from hvlab.console.runtime import Runtime
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Position, Source, Span
from hvlab.console.stages import cmdlet_stage


def is_script(name: str) -> bool:
    """Whether a command's name is a path to a script."""
    return name.lower().endswith(".ps1")


def read_script(runtime: Runtime, path: str, position: Position) -> ScriptBlock:
    """The script as a block. CmdletError where there is none, or where its text is no program."""
    from hvlab.console.statements import StatementCompiler  # late: statements run scripts, too

    reader = runtime.table.find("Get-Content")
    if reader is None:
        raise _missing(path, position)
    pieces: list[object] = []
    arguments = [
        Argument(position.span, "Path", path, attached=True),
        Argument(position.span, "Raw"),
        Argument(position.span, "ErrorAction", "Stop", attached=True),
    ]
    try:
        stage = cmdlet_stage(runtime, reader, reader.name, arguments, position, pieces.append, False, False)
        stage.process(NOTHING)
        stage.end()
    except CmdletError:
        raise _missing(path, position) from None
    source = Source(to_text(pieces[0]) if pieces else "", path)
    try:
        parser = Parser(source)
        node = parser.block_body("")
        body = StatementCompiler(source, runtime).body(node)
    except ParseError as error:
        failure = CmdletError(error.message, error.error_id, "ParserError", terminating=True)
        failure.record = error.record()
        raise failure from None
    return ScriptBlock(source, Span(0, len(source.text)), body, runtime.globals)


def _missing(path: str, position: Position) -> CmdletError:
    error = not_recognized(path)
    error.terminating = True
    error.position = position
    error.explain = ("console.no_such_script", {"path": path})
    return error
