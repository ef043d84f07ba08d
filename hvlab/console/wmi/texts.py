"""Instances as texts and back: what `GetText` writes and what methods take for settings.

`GetText(0)` gives MOF, `GetText(1)` the CIM standard's XML (CIM DTD 2.0), `GetText(2)` is WMI's own dialect of it,
whose elements for properties are the same. Methods take any of them. Properties without a value are left out of MOF
and stand empty in XML, as on a real system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from hvlab.console.values import DateTime

MOF, CIM_XML, WMI_XML = 0, 1, 2
LONGEST = 64 << 10
"""Characters of a text that is read; settings have some hundred."""
_TYPES = {
    "resourcetype": "uint16",
    "settingtype": "uint16",
    "automaticstartupaction": "uint16",
    "automaticshutdownaction": "uint16",
    "weight": "uint32",
}
_NUMBERS = ("uint8", "uint16", "uint32", "uint64", "sint8", "sint16", "sint32", "sint64")


class BadText(Exception):
    """A text is no instance."""


def _type(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return _TYPES.get(name.casefold(), "uint64")
    return "datetime" if isinstance(value, DateTime) else "string"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)


def write(kind: str, properties: Iterable[tuple[str, object]], form: int) -> str:
    """An instance of that class as a text."""
    return _mof(kind, properties) if form == MOF else _xml(kind, properties)


def _mof(kind: str, properties: Iterable[tuple[str, object]]) -> str:
    def one(value: object) -> str:
        if isinstance(value, (bool, int)):
            return _word(value)
        text = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"'

    lines = [f"\ninstance of {kind}", "{"]
    for name, value in properties:
        if isinstance(value, list):
            lines.append(f"\t{name} = {{{', '.join(one(item) for item in value)}}};")
        elif value is not None:
            lines.append(f"\t{name} = {one(value)};")
    return "\n".join([*lines, "};", ""])


def _xml(kind: str, properties: Iterable[tuple[str, object]]) -> str:
    root = ElementTree.Element("INSTANCE", CLASSNAME=kind)
    for name, value in properties:
        if isinstance(value, list):
            first = value[0] if value else ""
            element = ElementTree.SubElement(root, "PROPERTY.ARRAY", NAME=name, TYPE=_type(name, first))
            array = ElementTree.SubElement(element, "VALUE.ARRAY")
            for item in value:
                ElementTree.SubElement(array, "VALUE").text = _word(item)
            continue
        element = ElementTree.SubElement(root, "PROPERTY", NAME=name, TYPE=_type(name, value))
        if value is not None:
            ElementTree.SubElement(element, "VALUE").text = _word(value)
    return ElementTree.tostring(root, encoding="unicode")


def read(text: str) -> tuple[str, dict[str, object]]:
    """The class of a text and its properties, by their names in small letters. BadText."""
    if len(text) > LONGEST:
        raise BadText
    return _read_xml(text) if text.lstrip().startswith("<") else _read_mof(text)


def _value(kind: str, text: str) -> object:
    if kind in _NUMBERS:
        try:
            return int(text)
        except ValueError:
            raise BadText from None
    return text.casefold() == "true" if kind == "boolean" else text


def _read_xml(text: str) -> tuple[str, dict[str, object]]:
    if "<!" in text:  # no declarations: nothing that could grow or lead elsewhere
        raise BadText
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise BadText from None
    instance = root if root.tag == "INSTANCE" else root.find(".//INSTANCE")
    if instance is None or not instance.get("CLASSNAME"):
        raise BadText
    found: dict[str, object] = {}
    for element in instance:
        name, kind = element.get("NAME", "").casefold(), element.get("TYPE", "string")
        if element.tag == "PROPERTY.ARRAY":
            found[name] = [_value(kind, one.text or "") for one in element.iter("VALUE")]
        elif element.tag == "PROPERTY":
            value = element.find("VALUE")
            found[name] = None if value is None else _value(kind, value.text or "")
    return str(instance.get("CLASSNAME")), found


_HEAD = re.compile(r"\s*instance\s+of\s+(\w+)\s*(?:as\s+\$\w+\s*)?\{", re.IGNORECASE)
_ITEM = r'"(?:\\.|[^"\\])*"|-?\d+|TRUE|FALSE|NULL'
_LINE = re.compile(
    rf"\s*(\w+)\s*=\s*(?:\{{\s*((?:{_ITEM})(?:\s*,\s*(?:{_ITEM}))*)?\s*\}}|({_ITEM}))\s*;", re.IGNORECASE
)


def _read_mof(text: str) -> tuple[str, dict[str, object]]:
    head = _HEAD.match(text)
    if head is None:
        raise BadText
    found: dict[str, object] = {}
    place = head.end()
    while (line := _LINE.match(text, place)) is not None:
        name, several, single = line.groups()
        if single is not None:
            found[name.casefold()] = _item(single)
        else:
            found[name.casefold()] = [_item(item) for item in re.findall(_ITEM, several or "", re.IGNORECASE)]
        place = line.end()
    if not re.fullmatch(r"\s*\}\s*;?\s*", text[place:]):
        raise BadText
    return head[1], found


def _item(text: str) -> object:
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    folded = text.casefold()
    return {"true": True, "false": False, "null": None}[folded] if folded[0] in "tfn" else int(text)
