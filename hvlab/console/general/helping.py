"""Get-Help: a page for each cmdlet, topic and word of the glossary.

Longer texts come through ``HelpTexts`` from a higher layer; without them a page is built from names, syntax
and parameters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import Protocol

from hvlab.console.binding import common_parameters
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.formatting import FormatData
from hvlab.console.general.common import CORE
from hvlab.console.general.discovery import LAB_MARK, marked, syntax
from hvlab.console.objects import ObjectType, PSObject
from hvlab.console.patterns import has_wildcard, like


class HelpTexts(Protocol):
    """Where longer help comes from; every answer may be empty."""

    def summary(self, cmdlet: Cmdlet) -> str:
        """One line on what the cmdlet does."""
        ...

    def article(self, topic: str) -> str:
        """The text of a topic: a cmdlet's name or ``about_…``."""
        ...

    def topics(self) -> list[str]: ...

    def parameter(self, cmdlet: str, name: str) -> str:
        """A sentence on what a parameter is for."""
        ...

    def examples(self, cmdlet: Cmdlet) -> list[tuple[str, str]]:
        """Commands to try, each with a sentence."""
        ...

    def notes(self, cmdlet: Cmdlet) -> str:
        """How it was done before there was this cmdlet."""
        ...

    def links(self, cmdlet: Cmdlet) -> list[str]:
        """What Get-Help explains besides."""
        ...

    def words(self) -> list[tuple[str, str]]:
        """The glossary: each term's id and name."""
        ...

    def term(self, spelling: str) -> list[str]:
        """A word of the glossary: its name, the definition's lines, what to read next."""
        ...


WIDTH = 76


def _indented(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in text.splitlines()]


def _filled(text: str, indent: int = 4) -> list[str]:
    """A sentence in lines of a page's width."""
    return [" " * indent + line for line in wrap(text, WIDTH - indent, break_on_hyphens=False)]


def _parameter_help(cmdlet: Cmdlet, parameter: Parameter, texts: HelpTexts | None) -> list[str]:
    pipeline = {None: "false", "value": "true (ByValue)", "property": "true (ByPropertyName)"}.get(
        parameter.pipeline, "true (ByValue, ByPropertyName)"
    )
    position = "named" if parameter.position is None else str(parameter.position)
    lines = [f"    -{parameter.name} <{parameter.shown_type}>"]
    if parameter.kind == "switch":
        lines = [f"    -{parameter.name} [<SwitchParameter>]"]
    if texts is not None:
        lines += [*_filled(texts.parameter(cmdlet.name, parameter.name), 8), ""]
    if parameter.values:
        lines.append(f"        Values                       {', '.join(parameter.values)}")
    lines += [
        f"        Required?                    {str(parameter.mandatory).lower()}",
        f"        Position?                    {position}",
        f"        Accept pipeline input?       {pipeline}",
    ]
    if parameter.aliases:
        lines.append(f"        Aliases                      {', '.join(parameter.aliases)}")
    return [*lines, ""]


def _examples_and_links(cmdlet: Cmdlet, texts: HelpTexts) -> list[str]:
    lines: list[str] = []
    if notes := texts.notes(cmdlet):
        lines += ["NOTES", *_filled(notes), ""]
    if examples := texts.examples(cmdlet):
        lines.append("EXAMPLES")
        for code, sentence in examples:
            lines += [*_filled(sentence), *(f"    PS> {line}" for line in code.splitlines()), ""]
    if links := texts.links(cmdlet):
        lines += ["RELATED LINKS", *(f"    Get-Help {link}" for link in links), ""]
    return lines


def help_lines(cmdlet: Cmdlet, texts: HelpTexts | None, *, full: bool, examples: bool = False) -> list[str]:
    """A cmdlet's help page."""
    article = texts.article(cmdlet.name) if texts is not None else ""
    summary = texts.summary(cmdlet) if texts is not None else ""
    lines = ["", "NAME", f"    {cmdlet.name}{' ' + LAB_MARK if cmdlet.lab_only else ''}", ""]
    if summary:
        lines += ["SYNOPSIS", *_indented(summary), ""]
    if not examples:
        lines += ["MODULE", f"    {marked(cmdlet)}", "", "SYNTAX"]
        for line in syntax(cmdlet):
            lines += [f"    {line}", ""]
    if article:
        lines += ["DESCRIPTION", *_indented(article), ""]
    if texts is not None:
        lines += _examples_and_links(cmdlet, texts)
    if full:
        lines.append("PARAMETERS")
        for parameter in cmdlet.parameters:
            if not parameter.hidden:
                lines += _parameter_help(cmdlet, parameter, texts)
        names = ", ".join(p.name for p in common_parameters(cmdlet))
        lines += ["    <CommonParameters>", f"        {names}", ""]
    if cmdlet.aliases:
        lines += ["ALIASES", *(f"    {alias}" for alias in cmdlet.aliases), ""]
    return lines


@dataclass(frozen=True)
class Page:
    """A page of help; `lines` are what it prints."""

    name: str
    category: str
    synopsis: str
    lines: list[str]


PAGE = ObjectType(
    "HelpInfo",
    {
        "Name": lambda page: page.name,
        "Category": lambda page: page.category,
        "Synopsis": lambda page: page.synopsis,
    },
    text=lambda page: "\n".join(page.lines),
    key="Name",
    lines=lambda page: page.lines,
)


def _page(cmdlet: Cmdlet, texts: HelpTexts | None, *, full: bool, examples: bool = False) -> PSObject:
    summary = texts.summary(cmdlet) if texts is not None else ""
    return PAGE.of(
        Page(cmdlet.name, "Cmdlet", summary, help_lines(cmdlet, texts, full=full, examples=examples))
    )


HELP = ObjectType(
    "HelpInfoShort",
    {
        "Name": lambda entry: entry[0],
        "Category": lambda entry: entry[1],
        "Module": lambda entry: entry[2],
        "Synopsis": lambda entry: entry[3],
    },
    columns=("Name", "Category", "Module", "Synopsis"),
    text_property="Name",
    key="Name",
)


def _title(texts: HelpTexts, topic: str) -> str:
    """A topic's first line, where that is a heading."""
    first, _, _ = texts.article(topic).partition("\n")
    return first if first.isupper() else ""


def _word_lines(word: list[str]) -> list[str]:
    """A glossary entry as a page."""
    title, *text, links = word
    lines = ["", title, *(line for paragraph in text for line in _filled(paragraph)), ""]
    return (
        [*lines, "RELATED LINKS", *(f"    Get-Help {link}" for link in links.split(", ")), ""]
        if links
        else lines
    )


def _get_help(texts: HelpTexts | None, call: Call) -> Iterable[object]:
    name: str = call.args.Name or "Get-Help"
    cmdlet = call.table.find(name)
    if cmdlet is not None:
        if call.args.Parameter is not None:
            found = [p for p in cmdlet.parameters if like(p.name, call.args.Parameter)]
            if not found:
                raise _no_help(f"{name} -Parameter {call.args.Parameter}")
            return [FormatData(["", *(line for p in found for line in _parameter_help(cmdlet, p, texts))])]
        full = call.args.Full or call.args.Detailed
        return [_page(cmdlet, texts, full=full, examples=call.args.Examples)]
    if texts is not None and (article := texts.article(name)):
        return [PAGE.of(Page(name, "HelpFile", _title(texts, name), ["", *article.splitlines(), ""]))]
    word = texts.term(name) if texts is not None else []
    if word:
        return [PAGE.of(Page(word[0], "Glossary", word[1], _word_lines(word)))]
    if texts is not None and name.casefold() == "glossary":
        return [HELP.of((key, "Glossary", "", meaning)) for key, meaning in texts.words()]
    pattern = name if has_wildcard(name) else f"*{name}*"
    listed: list[object] = [
        HELP.of((c.name, "Cmdlet", marked(c), texts.summary(c) if texts is not None else ""))
        for c in call.table
        if like(c.name, pattern)
    ]
    if texts is not None:
        listed += [HELP.of((t, "HelpFile", "", _title(texts, t))) for t in texts.topics() if like(t, pattern)]
    if not listed:
        raise _no_help(name)
    if len(listed) == 1 and isinstance(listed[0], PSObject) and not has_wildcard(name):
        only = call.table.find(str(listed[0].get("Name")))
        if only is not None:
            return [_page(only, texts, full=call.args.Full)]
    return listed


def _no_help(name: str) -> CmdletError:
    return CmdletError(
        f"Get-Help could not find {name} in a help file in this session.",
        "HelpNotFound",
        "ResourceUnavailable",
        exception="HelpNotFoundException",
    )


def cmdlets(texts: HelpTexts | None) -> list[Cmdlet]:
    """Get-Help with this source of longer texts."""
    get_help: Callable[[Call], Iterable[object]] = partial(_get_help, texts)
    return [
        Cmdlet(
            "Get-Help",
            CORE,
            (
                Parameter("Name", "string", position=0, pipeline="property", completer="help"),
                Parameter("Full", "switch"),
                Parameter("Detailed", "switch"),
                Parameter("Examples", "switch"),
                Parameter("Parameter", "string"),
            ),
            get_help,
            aliases=("help", "man"),
            read_only=True,
        ),
    ]
