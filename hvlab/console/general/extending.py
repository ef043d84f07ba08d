"""New-Object and Add-Member: objects of one's own, and lists that grow."""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.collections import ArrayList, GenericList
from hvlab.console.convert import cast, full_type_name, to_list, to_text
from hvlab.console.errors import CmdletError, unsupported
from hvlab.console.general.common import UTILITY
from hvlab.console.objects import CustomFields, PSObject, custom_object, custom_type
from hvlab.console.values import Hashtable

_LISTS = ("System.Collections.ArrayList", "System.Collections.Generic.List`1")
_PLAIN = ("System.Version", "System.String", "System.TimeSpan", "System.DateTime", "System.Guid")


def _new_object(call: Call) -> Iterable[object]:
    given = call.args.TypeName
    name = given.lower().removeprefix("system.management.automation.")
    table: Hashtable = call.args.Property or Hashtable()
    if name in ("psobject", "pscustomobject", "object", "system.object"):
        return [custom_object({to_text(key): item for key, item in table.items()})]
    full = full_type_name(given)
    arguments = [item for value in call.args.ArgumentList or [] for item in to_list(value)]
    if full in _LISTS:
        return [ArrayList(arguments) if full == _LISTS[0] else GenericList(arguments)]
    if full == "System.Collections.Hashtable":
        return [Hashtable(table.items())]
    if full is not None and arguments and (full in _PLAIN or full.endswith("Exception")):
        return [cast(arguments[0], full)]
    raise unsupported(f"New-Object {given}", substitute="use [pscustomobject]@{…}")


def _add_member(call: Call) -> Iterable[object]:
    args = call.args
    target = call.record if call.expects_input else args.InputObject
    if not isinstance(target, PSObject) or not isinstance(target.subject, CustomFields):
        raise unsupported(
            "Add-Member on this kind of object", substitute="use Select-Object *, @{n='Name';e={…}}"
        )
    if args.MemberType not in (None, "NoteProperty"):
        raise unsupported(f"Add-Member -MemberType {args.MemberType}", substitute="use NoteProperty")
    fields: dict[str, object] = {}
    for key, item in (args.NotePropertyMembers or Hashtable()).items():
        fields[to_text(key)] = item
    name = args.NotePropertyName or args.Name
    if name is not None:
        fields[name] = args.NotePropertyValue if args.NotePropertyName else args.Value
    for name, item in fields.items():
        if target.has(name) and not args.Force:
            raise CmdletError(
                f'Cannot add a member with the name "{name}" because a member with that name already exists. '
                "To overwrite the member anyway, add the Force parameter to your command.",
                "MemberAlreadyExists",
                "InvalidOperation",
                target,
                exception="InvalidOperationException",
            )
        target.subject.values[target.type.label(name) or name] = item
        target.type = custom_type(target.type.name, tuple(target.subject.values))
    return [target] if args.PassThru else []


CMDLETS = (
    Cmdlet(
        "New-Object",
        UTILITY,
        (
            Parameter("TypeName", "string", position=0, mandatory=True),
            Parameter("ArgumentList", "object", position=1, array=True, aliases=("Args",)),
            Parameter("Property", "hashtable"),
        ),
        _new_object,
        read_only=True,
    ),
    Cmdlet(
        "Add-Member",
        UTILITY,
        (
            Parameter("NotePropertyName", sets=("Note",), mandatory=True),
            Parameter("NotePropertyValue", "object", sets=("Note",), mandatory=True, allow_null=True),
            Parameter("NotePropertyMembers", "hashtable", position=0, sets=("Table",), mandatory=True),
            Parameter("MemberType", position=0, sets=("Member",), mandatory=True, aliases=("Type",)),
            Parameter("Name", position=1, sets=("Member",), mandatory=True),
            Parameter("Value", "object", position=2, sets=("Member",), allow_null=True),
            Parameter("Force", "switch"),
            Parameter("PassThru", "switch"),
            Parameter("InputObject", "object", pipeline="value"),
        ),
        _add_member,
        read_only=True,
        default_set="Member",
    ),
)
