"""Get-Command, Get-Alias and Get-Member: what there is, from the cmdlets' own descriptions.

Cmdlets that no real system has carry a visible mark, ``[lab]``.
"""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import type_of
from hvlab.console.errors import CmdletError, not_recognized
from hvlab.console.general.common import CORE, INPUT, UTILITY
from hvlab.console.methods import for_value, method_name
from hvlab.console.objects import Column, CustomFields, ObjectType, PSObject
from hvlab.console.patterns import has_wildcard, like
from hvlab.console.runtime import Runtime
from hvlab.console.views import property_names

LAB_MARK = "[lab]"


def marked(cmdlet: Cmdlet) -> str:
    """The module's name, with the mark where the cmdlet is the lab's own."""
    return f"{cmdlet.module} {LAB_MARK}" if cmdlet.lab_only else cmdlet.module


# --- Get-Command, Get-Alias --------------------------------------------------------------------------------

COMMAND = ObjectType(
    "System.Management.Automation.CmdletInfo",
    {
        "CommandType": lambda entry: entry[0],
        "Name": lambda entry: entry[1],
        "Source": lambda entry: entry[2],
        "ModuleName": lambda entry: entry[2].removesuffix(f" {LAB_MARK}"),
        "Definition": lambda entry: entry[3],
        "ResolvedCommandName": lambda entry: entry[4],
        "Verb": lambda entry: entry[4].partition("-")[0] if "-" in entry[4] else "",
        "Noun": lambda entry: entry[4].partition("-")[2],
    },
    columns=(Column("CommandType", width=15), Column("Name", width=50), "Source"),
    text_property="Name",
    key="Name",
)


def _entry(cmdlet: Cmdlet) -> PSObject:
    return COMMAND.of(("Cmdlet", cmdlet.name, marked(cmdlet), "\n".join(syntax(cmdlet)), cmdlet.name))


def _alias_entry(alias: str, cmdlet: Cmdlet) -> PSObject:
    return COMMAND.of(("Alias", f"{alias} -> {cmdlet.name}", marked(cmdlet), cmdlet.name, cmdlet.name))


def _get_command(call: Call) -> Iterable[object]:
    args = call.args
    names: list[str] = args.Name or []
    modules, verbs, nouns = args.Module or [], args.Verb or [], args.Noun or []
    runner = call.runner
    functions = runner.functions if isinstance(runner, Runtime) else {}

    def wanted(cmdlet: Cmdlet) -> bool:
        verb, _, noun = cmdlet.name.partition("-")
        return (
            (not modules or any(like(cmdlet.module, m) for m in modules))
            and (not verbs or any(like(verb, v) for v in verbs))
            and (not nouns or any(like(noun, n) for n in nouns))
        )

    if not names:
        yield from (_entry(cmdlet) for cmdlet in call.table if wanted(cmdlet))
        return
    for name in names:
        if has_wildcard(name):
            yield from (_entry(c) for c in call.table if like(c.name, name) and wanted(c))
            yield from (_alias_entry(a, c) for a, c in call.table.aliases() if like(a, name) and wanted(c))
            continue
        if name.lower() in functions:
            shown, block = functions[name.lower()]
            yield COMMAND.of(("Function", shown, "", block.text, shown))
            continue
        cmdlet = call.table.find(name)
        if cmdlet is None or not wanted(cmdlet):
            call.error(not_recognized(name))
        elif cmdlet.name.lower() == name.lower():
            yield _entry(cmdlet)
        else:
            yield _alias_entry(next(a for a in cmdlet.aliases if a.lower() == name.lower()), cmdlet)


def _known_aliases(call: Call) -> list[tuple[str, Cmdlet]]:
    """The cmdlets' own aliases, and those of the session that stand for a cmdlet."""
    own = call.runner.aliases if isinstance(call.runner, Runtime) else {}
    made = [(name, cmdlet) for name, value in own.values() if (cmdlet := call.table.find(value)) is not None]
    others = [(name, cmdlet) for name, cmdlet in call.table.aliases() if name.lower() not in own]
    return sorted([*others, *made], key=lambda pair: pair[0].lower())


def _get_alias(call: Call) -> Iterable[object]:
    aliases = _known_aliases(call)
    if call.args.Definition:
        wanted: list[str] = call.args.Definition
        yield from (_alias_entry(a, c) for a, c in aliases if any(like(c.name, d) for d in wanted))
        return
    for name in call.args.Name or ["*"]:
        found = [(a, c) for a, c in aliases if like(a, name)]
        if not found and not has_wildcard(name):
            call.error(
                CmdletError(
                    f"This command cannot find a matching alias because an alias with the name '{name}' "
                    "does not "
                    "exist.",
                    "ItemNotFoundException",
                    "ObjectNotFound",
                    name,
                    "String",
                    "ItemNotFoundException",
                )
            )
        yield from (_alias_entry(a, c) for a, c in found)


# --- Get-Member --------------------------------------------------------------------------------------------

MEMBER = ObjectType(
    "Microsoft.PowerShell.Commands.MemberDefinition",
    {
        "TypeName": lambda entry: entry[0],
        "Name": lambda entry: entry[1],
        "MemberType": lambda entry: entry[2],
        "Definition": lambda entry: entry[3],
    },
    columns=("Name", "MemberType", "Definition"),
    text_property="Name",
    key="Name",
    group_by=("TypeName", "TypeName"),
)


def _members_of(record: object) -> list[tuple[str, str, str, str]]:
    name = type_of(record)
    found: list[tuple[str, str, str, str]] = []
    if isinstance(record, PSObject):
        found += [
            (name, label, "Method", item.signature or f"{label}()")
            for label, item in record.type.methods.items()
        ]
        custom = isinstance(record.subject, CustomFields)
        for label, item in record.type.properties.items():
            if custom:
                kind, text = (
                    "NoteProperty",
                    f"{type_of(record.get(label)).rsplit('.', 1)[-1].lower()} {label}",
                )
            else:
                access = "{get;set;}" if item.setter is not None else "{get;}"
                kind, text = "Property", f"{item.type_name} {label} {access}"
            found.append((name, label, kind, text))
    else:
        found += [
            (name, label, "Method", f"{label}()") for label in sorted(map(method_name, for_value(record)))
        ]
        found += [(name, label, "Property", f"{label} {{get;}}") for label in property_names(record)]
    order = {"Method": 0, "NoteProperty": 1, "Property": 2}
    return sorted(found, key=lambda item: (order[item[2]], item[1].lower()))


def _get_member(call: Call) -> Iterable[object]:
    if not call.input:
        raise CmdletError(
            "You must specify an object for the Get-Member cmdlet.",
            "NoObjectInGetMember",
            "CloseError",
            exception="InvalidOperationException",
            terminating=True,
        )
    seen: set[str] = set()
    for record in call.input:
        if record is None or type_of(record) in seen:
            continue
        seen.add(type_of(record))
        for entry in _members_of(record):
            if call.args.MemberType and not any(
                entry[2].lower().endswith(t.lower()) for t in call.args.MemberType
            ):
                continue
            if call.args.Name and not any(like(entry[1], pattern) for pattern in call.args.Name):
                continue
            yield MEMBER.of(entry)


# --- what both Get-Command and Get-Help say of a cmdlet ---------------------------------------------------


def _usage(parameter: Parameter) -> str:
    """A parameter as a syntax line shows it."""
    if parameter.kind == "switch":
        text = f"-{parameter.name}"
        return text if parameter.mandatory else f"[{text}]"
    choices = f" {{{' | '.join(parameter.values)}}}" if parameter.values else ""
    value = f"<{parameter.shown_type}>{choices}"
    name = f"-{parameter.name}"
    if parameter.position is not None or parameter.rest:
        name = f"[{name}]"
    text = f"{name} {value}"
    return text if parameter.mandatory else f"[{text}]"


def syntax(cmdlet: Cmdlet) -> list[str]:
    """One line a parameter set, as ``Get-Command -Syntax`` prints them."""
    lines: list[str] = []
    for name in cmdlet.set_names:
        own = [p for p in cmdlet.parameters if not p.hidden and (not p.sets or name in p.sets)]
        ordered = sorted(
            own,
            key=lambda p: (
                p.position if p.position is not None else 99,
                not p.mandatory,
            ),
        )
        words = [cmdlet.name, *map(_usage, ordered)]
        if cmdlet.supports_should_process:
            words += ["[-WhatIf]", "[-Confirm]"]
        line = " ".join([*words, "[<CommonParameters>]"])
        if line not in lines:
            lines.append(line)
    return lines


_PATTERNS = Parameter("Name", "string", position=0, array=True, pipeline="both", completer="cmdlet")


CMDLETS = (
    Cmdlet(
        "Get-Command",
        CORE,
        (
            _PATTERNS,
            Parameter("Module", "string", array=True, aliases=("PSSnapin",), pipeline="property"),
            Parameter("Verb", "string", array=True, pipeline="property"),
            Parameter("Noun", "string", array=True, pipeline="property"),
        ),
        _get_command,
        aliases=("gcm",),
        read_only=True,
    ),
    Cmdlet(
        "Get-Alias",
        UTILITY,
        (
            Parameter("Name", "string", position=0, array=True, pipeline="both"),
            Parameter("Definition", "string", array=True),
        ),
        _get_alias,
        aliases=("gal",),
        read_only=True,
    ),
    Cmdlet(
        "Get-Member",
        UTILITY,
        (
            Parameter("Name", "string", position=0, array=True),
            Parameter(
                "MemberType",
                "enum",
                array=True,
                aliases=("Type",),
                values=("Property", "Method", "NoteProperty"),
                type_name="System.Management.Automation.PSMemberTypes",
            ),
            INPUT,
        ),
        _get_member,
        aliases=("gm",),
        collects=True,
        read_only=True,
    ),
)
