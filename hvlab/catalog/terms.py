"""Finds the words of the glossary in running text, in the forms in which a language bends them.

English adds an s. German bends adjectives (virtuelle, virtuellen, virtueller) and lengthens nouns (Partition,
Partitionen); what follows no rule (Kanal, Kanäle) stands in the term's `forms`. A word that is an everyday word as
well (step, cause) is `everyday`: Get-Help explains it, but in running text it is left alone.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from hvlab.catalog.manual import LANGUAGES, Term, glossary

_BENT = re.compile(r"(?:es|er|en|em|e)$")
_NOUN = "(?:es|en|ns|n|s|e)?"
_PLURAL = "(?:e?s)?"


class Place(NamedTuple):
    """Where in a text a term stands, from `start` to before `end`."""

    start: int
    end: int
    term: str


@functools.lru_cache(maxsize=512)
def places(text: str, language: str) -> tuple[Place, ...]:
    """The terms in a text, in its order; of two that begin at one place the longer one."""
    pattern, terms = _finder(language)
    found = []
    for match in pattern.finditer(text):
        assert match.lastgroup is not None
        found.append(Place(match.start(), match.end(), terms[int(match.lastgroup[1:])]))
    return tuple(found)


@functools.cache
def _finder(language: str) -> tuple[re.Pattern[str], list[str]]:
    """One pattern for all spellings, the longest first; its group `tN` stands for the Nth of the terms."""
    spellings = [
        (spelling, key)
        for key, term in glossary().items()
        if not term.everyday
        for spelling in _spellings(term, language)
    ]
    spellings.sort(key=lambda pair: (-len(pair[0]), pair))
    bend = _english if language == "en" else _german
    either = "|".join(f"(?P<t{number}>{bend(spelling)})" for number, (spelling, _) in enumerate(spellings))
    return re.compile(rf"(?<![\w$/\\-])(?:{either})(?![\w\\-])"), [key for _, key in spellings]


def _spellings(term: Term, language: str) -> list[str]:
    """A term's name, its other names (German writes nouns with a capital) and its forms."""
    name = term.names[LANGUAGES.index(language)]
    also = term.also if language == "en" else [other[0].upper() + other[1:] for other in term.also]
    return list(dict.fromkeys([name, *also, *term.forms.get(language, [])]))


def _english(spelling: str) -> str:
    words = [_capital(word) if place == 0 else re.escape(word) for place, word in enumerate(spelling.split())]
    return r"\s+".join(words) + _PLURAL


def _capital(word: str) -> str:
    """A word as it stands within a sentence or at its beginning."""
    first = word[0]
    return f"[{first}{first.upper()}]{re.escape(word[1:])}" if first.islower() else re.escape(word)


def _german(spelling: str) -> str:
    words = []
    for place, word in enumerate(spelling.split()):
        if word[0].islower() and _BENT.search(word):
            words.append(_capital(_BENT.sub("", word)) + "(?:e[nrsm]?)")
        elif place and not word[0].isupper():
            words.append(re.escape(word))
        else:
            words.append(_capital(word) + ("" if word.isupper() else _NOUN))
    return r"\s+".join(words)
