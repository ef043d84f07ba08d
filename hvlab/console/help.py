"""Get-Help's texts: one line for each cmdlet from the catalogues, articles and pages from assets/help."""

from __future__ import annotations

from pathlib import Path

from hvlab import paths
from hvlab.catalog import manual
from hvlab.console.cmdlets import Cmdlet
from hvlab.text import Text


class CatalogHelp:
    """Help in one language; every answer may be empty."""

    def __init__(self, text: Text) -> None:
        self.text = text

    @property
    def _column(self) -> int:
        """Which of each pair of sentences."""
        return manual.LANGUAGES.index(self.text.language)

    def summary(self, cmdlet: Cmdlet) -> str:
        """One line on what the cmdlet does."""
        name = cmdlet.summary_id or f"help.{cmdlet.name}"
        return self.text(name) if self.text.has(name) else ""

    def parameter(self, cmdlet: str, name: str) -> str:
        """A sentence on what the parameter is for."""
        pair = manual.parameter_sentence(cmdlet, name)
        return pair[self._column] if pair is not None else ""

    def examples(self, cmdlet: Cmdlet) -> list[tuple[str, str]]:
        """Commands to try, each with a sentence; the first may prepare the lab for the others."""
        page = manual.pages().get(cmdlet.name)
        if page is None:
            return []
        setup = manual.manual().setups[page.setup]
        first = [(setup, self.text("manual.setup"))] if setup else []
        return [*first, *((line, (english, german)[self._column]) for line, english, german in page.examples)]

    def notes(self, cmdlet: Cmdlet) -> str:
        """How this was done on Windows Server 2008, where the cmdlet is younger."""
        page = manual.pages().get(cmdlet.name)
        return manual.manual().before[page.before][self._column] if page is not None and page.before else ""

    def links(self, cmdlet: Cmdlet) -> list[str]:
        """Topics, cmdlets and words that Get-Help explains too."""
        page = manual.pages().get(cmdlet.name)
        if page is None:
            return []
        return [link for link in page.see if self._leads_somewhere(link)]

    def _leads_somewhere(self, link: str) -> bool:
        return link in manual.pages() or link in manual.glossary() or bool(self._file(link))

    def words(self) -> list[tuple[str, str]]:
        """The glossary: each term's id and name, in the order of the ids."""
        return [(key, term.names[self._column]) for key, term in sorted(manual.glossary().items())]

    def term(self, spelling: str) -> list[str]:
        """A word of the glossary, in lines: its name, the definition, what to read next."""
        key = manual.term_id(spelling)
        if key is None:
            return []
        term = manual.glossary()[key]
        return [term.names[self._column].upper(), *term.text[self._column].splitlines(), ", ".join(term.see)]

    def _folder(self) -> Path:
        return paths.assets() / "help" / self.text.language

    def _file(self, topic: str) -> Path | None:
        wanted = topic.casefold().replace("_", "")
        found = (
            p for p in sorted(self._folder().glob("*.txt")) if p.stem.casefold().replace("_", "") == wanted
        )
        return next(found, None)

    def article(self, topic: str) -> str:
        """The text of a topic: a cmdlet's name or `about_...`, in any case, with or without underscores."""
        path = self._file(topic)
        return path.read_text(encoding="utf-8") if path is not None else ""

    def topics(self) -> list[str]:
        """The topics that have an article of their own."""
        return sorted(path.stem for path in self._folder().glob("about_*.txt"))
