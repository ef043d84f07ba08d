"""What Get-Help knows of cmdlets and words: examples and links, sentences for parameters, the glossary.

Sentences stand in pairs, English and German, beside the example or the term that they belong to, so that neither
language can lag behind the other. Keys of several names ("ControllerNumber ControllerLocation") stand for each.
"""

from __future__ import annotations

import functools

import msgspec

from hvlab import paths
from hvlab.catalog.loader import BadCatalog, parse

LANGUAGES = ("en", "de")
Pair = tuple[str, str]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cmdlet's page. ``setup`` names a state of the lab (``[setups]``) in which each example runs."""

    examples: tuple[tuple[str, str, str], ...] = ()
    setup: str = "empty"
    before: str = ""
    see: tuple[str, ...] = ()


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word of the field, with where its definition is from (a key of the project's fact sheets, or K).

    `forms` are further forms of it by language, those that follow no rule of hvlab.catalog.terms; an `everyday` word
    is one that texts also use in no particular sense.
    """

    names: Pair
    text: Pair
    source: str
    see: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    forms: dict[str, list[str]] = {}
    everyday: bool = False


class Manual(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of assets/help/manual.toml."""

    setups: dict[str, str]
    before: dict[str, Pair]
    shared: dict[str, Pair]
    of: dict[str, dict[str, Pair]] = {}
    scenarios: dict[str, str] = {}
    """By state: the scenario in which it is prepared, where that is not one-host."""
    platforms: dict[str, str] = {}
    """By state: the platform, where that is not ws2008."""


def _folder_tables(name: str) -> list[str]:
    return sorted(path.stem for path in (paths.assets() / "help" / name).glob("*.toml"))


@functools.cache
def manual() -> Manual:
    """Setups, sentences on how it was done before, and sentences for parameters."""
    return parse(paths.assets() / "help" / "manual.toml", Manual)


@functools.cache
def pages() -> dict[str, Page]:
    """The pages of all cmdlets, by name. Raises BadCatalog where two files have the same one."""
    found: dict[str, Page] = {}
    for name in _folder_tables("cmdlets"):
        path = paths.assets() / "help" / "cmdlets" / f"{name}.toml"
        for cmdlet, page in parse(path, dict[str, Page]).items():
            if cmdlet in found:
                raise BadCatalog(f"{path}: {cmdlet} has a page already")
            found[cmdlet] = page
    return found


@functools.cache
def _sentences() -> dict[tuple[str, str], Pair]:
    """By cmdlet and parameter; the cmdlet is empty where a sentence serves all."""
    found = {("", name): pair for names, pair in manual().shared.items() for name in names.split()}
    for cmdlets, table in manual().of.items():
        for cmdlet in cmdlets.split():
            found |= {(cmdlet, name): pair for names, pair in table.items() for name in names.split()}
    return found


def parameter_sentence(cmdlet: str, parameter: str) -> Pair | None:
    """What a parameter is for: the cmdlet's own sentence, else the one that serves all."""
    return _sentences().get((cmdlet, parameter)) or _sentences().get(("", parameter))


def own_sentences() -> list[tuple[str, str]]:
    """Cmdlet (or nothing) and parameter of each sentence: for the test that none is left over."""
    return sorted(_sentences())


@functools.cache
def glossary() -> dict[str, Term]:
    """The terms by id. Raises BadCatalog."""
    return parse(paths.assets() / "glossary" / "terms.toml", dict[str, Term])


@functools.cache
def _spellings() -> dict[str, str]:
    found: dict[str, str] = {}
    for key, term in glossary().items():
        for spelling in (
            key,
            *term.names,
            *term.also,
            *(form for forms in term.forms.values() for form in forms),
        ):
            found.setdefault(spelling.casefold(), key)
    return found


def term_id(spelling: str) -> str | None:
    """The term of that id or name, in either language and any case."""
    return _spellings().get(spelling.casefold())
