"""ConvertTo-Html and ConvertFrom-StringData: tables for a browser, and tables from lines."""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import to_text
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import INPUT, UTILITY, invoker
from hvlab.console.objects import PSObject
from hvlab.console.values import Hashtable
from hvlab.console.views import cell, property_names, selectors

_HEAD = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"  '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
    '<html xmlns="http://www.w3.org/1999/xhtml">',
    "<head>",
)


def _escaped(text: str) -> str:
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, name)
    return text


def _to_html(call: Call) -> Iterable[object]:
    args = call.args
    yield from () if args.Fragment else _opening(args.Title or "HTML TABLE", args.Head or [])
    yield from args.PreContent or []
    yield from _table(call)
    yield from args.PostContent or []
    yield from () if args.Fragment else ("</body></html>",)


def _opening(title: str, head: list[str]) -> Iterable[str]:
    return (*_HEAD, *(head or (f"<title>{_escaped(title)}</title>",)), "</head><body>")


def _table(call: Call) -> Iterable[str]:
    records = call.input
    names: list[object] = call.args.Property or list(property_names(records[0]) if records else ())
    objects = bool(records) and isinstance(records[0], PSObject)
    chosen = selectors(names, records, invoker(call), "ConvertTo-Html") if objects else []
    labels = [item.label for item in chosen] or ["*"]
    yield "<table>"
    yield "<colgroup>" + "<col/>" * len(labels) + "</colgroup>"
    yield "<tr>" + "".join(f"<th>{_escaped(label)}</th>" for label in labels) + "</tr>"
    for record in records:
        texts = [cell(item.read(record), item) for item in chosen] or [to_text(record)]
        yield "<tr>" + "".join(f"<td>{_escaped(text)}</td>" for text in texts) + "</tr>"
    yield "</table>"


def _from_string_data(call: Call) -> Iterable[object]:
    text = call.args.StringData
    table = Hashtable()
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign or name.strip() in table:
            raise CmdletError(
                f"Data line '{line}' is not in 'name=value' format.",
                "InvalidOperation",
                "InvalidOperation",
                line,
                exception="PSInvalidOperationException",
            )
        table[name.strip()] = value.strip().replace("\\\\", "\\")
    return [table]


CMDLETS = (
    Cmdlet(
        "ConvertTo-Html",
        UTILITY,
        (
            Parameter("Property", "property", position=0, array=True, completer="property"),
            Parameter("Fragment", "switch"),
            Parameter("Title"),
            Parameter("Head", array=True),
            Parameter("PreContent", array=True),
            Parameter("PostContent", array=True),
            INPUT,
        ),
        _to_html,
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "ConvertFrom-StringData",
        UTILITY,
        (Parameter("StringData", position=0, mandatory=True, pipeline="value"),),
        _from_string_data,
        read_only=True,
    ),
)
