"""The programs with which a server of 2008 gets a role and updates: ServerManagerCmd, ocsetup, wusa, bcdedit.

They print what programs print: lines of English text, no objects. On Server Core there is no ServerManagerCmd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab.catalog.servers import installations, server_facts
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import with_computer_name
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import MANAGEMENT
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.management.power import restart
from hvlab.host.machine import Refusal
from hvlab.host.server import (
    ABSENT,
    CORE,
    INSTALLED,
    INSTALLING,
    LAUNCH_TYPES,
    REMOVING,
    ServerSystem,
)

FEATURE = "Hyper-V"
PACKAGE = "Microsoft-Hyper-V"
SUCCESS_REMOVAL = "Success: Removal succeeded, but a restart is required to finish it."
SUCCESS_RESTART = "Success: Installation succeeded, but a restart is required to finish it."


def _do(act: Callable[[], object]) -> None:
    with RefusalsTold():
        act()


def _usage(program: str, right: str) -> CmdletError:
    return CmdletError(
        f"{program}: the arguments are not understood. Right would be: {right}",
        "InvalidArgument",
        "InvalidArgument",
        explain=("explain.program-usage", {"program": program, "right": right}),
    )


def _check_on(call: Call) -> ServerSystem:
    server = vmms(call.lab).server
    _do(server.check_on)
    if vmms(call.lab).root.down:
        raise as_error(Refusal("host-down"))
    return server


def _install(call: Call, server: ServerSystem, wait: bool = True) -> None:
    _do(server.install_role)
    call.progress(call.cmdlet.name, FEATURE)
    if wait:
        call.lab.wait(lambda: vmms(call.lab).server.role != INSTALLING)


def _remove(call: Call, server: ServerSystem, wait: bool = True) -> None:
    _do(server.remove_role)
    call.progress(call.cmdlet.name, FEATURE)
    if wait:
        call.lab.wait(lambda: vmms(call.lab).server.role != REMOVING)


def _server_manager(call: Call) -> Iterator[object]:
    server = _check_on(call)
    if server.build.installation == CORE:
        raise CmdletError(
            "ServerManagerCmd is not there: Server Manager needs the full installation.",
            "CommandNotFoundException",
            "ObjectNotFound",
            explain=("explain.no-server-manager", {}),
        )
    if call.args.Query:
        mark = "X" if server.role == INSTALLED else " "
        yield f"[{mark}] Hyper-V  [{FEATURE}]"
        if server.role not in (ABSENT, INSTALLED):
            yield f"    ({server.role})"
        return
    wanted = call.args.Install or call.args.Remove
    if wanted is None or wanted.casefold() != FEATURE.casefold():
        raise _usage("ServerManagerCmd", "ServerManagerCmd -install Hyper-V")
    if call.args.Remove:
        yield from _take_away(call, server)
        return
    if call.args.WhatIf:
        _do(server.check_role_possible)
        yield f"Specified for installation: [Hyper-V] {FEATURE}"
        return
    _install(call, server)
    yield SUCCESS_RESTART
    if call.args.Restart:
        restart(call)


def _take_away(call: Call, server: ServerSystem) -> Iterator[object]:
    if call.args.WhatIf:
        yield f"Specified for removal: [Hyper-V] {FEATURE}"
        return
    _remove(call, server)
    yield SUCCESS_REMOVAL
    if call.args.Restart:
        restart(call)


def _setup(call: Call, words: list[str], wait: bool) -> Iterator[object]:
    """What ocsetup does: it says nothing, and an error is a box on the screen."""
    server = _check_on(call)
    first, *rest = [word.casefold() for word in words] or [""]
    if first != PACKAGE.casefold() or any(word not in ("/norestart", "/uninstall") for word in rest):
        raise _usage("ocsetup", f"start /w ocsetup {PACKAGE}")
    if "/uninstall" in rest:
        _remove(call, server, wait)
    else:
        _install(call, server, wait)
    if wait:
        yield "You must restart your computer for these changes to take effect."


def _ocsetup(call: Call) -> Iterator[object]:
    """Alone it comes back at once, and works on in the background."""
    return _setup(call, call.args.Arguments or [], wait=False)


def _start(call: Call) -> Iterator[object]:
    words = list(call.args.Arguments or [])
    wait = bool(words) and words[0].casefold() in ("/w", "/wait")
    words = words[1:] if wait else words
    if not words or words[0].casefold() not in ("ocsetup", "ocsetup.exe"):
        raise _usage("start", f"start /w ocsetup {PACKAGE}")
    return _setup(call, words[1:], wait)


def _update(call: Call) -> Iterator[object]:
    """The standalone installer of updates: it finds the number in the file's name."""
    server = _check_on(call)
    words = [word for word in call.args.Arguments or [] if not word.startswith("/")]
    known = {number: update.title for number, update in server_facts().updates.items()}
    known |= {one.id: one.part for one in installations().bulletins}
    number = next((key for key in known if len(words) == 1 and key.casefold() in words[0].casefold()), None)
    if number is None:
        updates = ", ".join(server_facts().updates)
        right = f"wusa Windows6.0-KB950050-x64.msu /quiet /norestart; known: {updates}, and Get-LabUpdate"
        raise _usage("wusa", right)
    _do(lambda: server.install_update(number))
    call.progress("wusa", number)

    def done() -> bool:
        now = vmms(call.lab).server
        return number in (*now.pending, *now.updates)

    call.lab.wait(done)
    waits = " A restart is required." if number in vmms(call.lab).server.pending else ""
    yield f"{number} ({known[number]}): installed.{waits}"


def _boot_entry(call: Call) -> Iterator[object]:
    server = _check_on(call)
    words = [word.casefold() for word in call.args.Arguments or []]
    if not words or words == ["/enum"]:
        yield "Windows Boot Loader"
        yield "-------------------"
        yield "identifier              {current}"
        yield f"description             {server.edition.name}"
        yield f"hypervisorlaunchtype    {server.launch_type}"
        return
    kinds = {kind.casefold(): kind for kind in LAUNCH_TYPES}
    if len(words) != 3 or words[:2] != ["/set", "hypervisorlaunchtype"] or words[2] not in kinds:
        raise _usage("bcdedit", "bcdedit /set hypervisorlaunchtype auto")
    server.set_launch_type(kinds[words[2]])
    yield "The operation completed successfully."


_ARGUMENTS = Parameter("Arguments", array=True, rest=True)


def _program(name: str, run: Callable[[Call], Iterator[object]]) -> Cmdlet:
    """A program that takes words."""
    return Cmdlet(name, MANAGEMENT, (_ARGUMENTS,), run, aliases=(f"{name}.exe",), summary_id=f"help.{name}")


_HERE = (
    Cmdlet(
        "ServerManagerCmd",
        MANAGEMENT,
        (
            Parameter("Install"),
            Parameter("Remove"),
            Parameter("Query", "switch"),
            Parameter("Restart", "switch"),
            Parameter("WhatIf", "switch"),
        ),
        _server_manager,
        aliases=("ServerManagerCmd.exe",),
        summary_id="help.ServerManagerCmd",
    ),
    Cmdlet("start", MANAGEMENT, (_ARGUMENTS,), _start, summary_id="help.start"),
    _program("ocsetup", _ocsetup),
    _program("wusa", _update),
    _program("bcdedit", _boot_entry),
)

CMDLETS = tuple(with_computer_name(cmdlet) for cmdlet in _HERE)
