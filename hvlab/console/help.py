"""Get-Help's texts: one line for each cmdlet from the catalogues, articles from assets/help."""

from __future__ import annotations

from pathlib import Path

from hvlab import paths
from hvlab.console.cmdlets import Cmdlet
from hvlab.text import Text


class CatalogHelp:
    """Help in one language; every answer may be empty."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def summary(self, cmdlet: Cmdlet) -> str:
        """One line on what the cmdlet does."""
        name = cmdlet.summary_id or f"help.{cmdlet.name}"
        return self.text(name) if self.text.has(name) else ""

    def _folder(self) -> Path:
        return paths.assets() / "help" / self.text.language

    def article(self, topic: str) -> str:
        """The text of a topic: a cmdlet's name or `about_...`, in any case."""
        for path in sorted(self._folder().glob("*.txt")):
            if path.stem.casefold() == topic.casefold():
                return path.read_text(encoding="utf-8")
        return ""

    def topics(self) -> list[str]:
        """The topics that have an article of their own."""
        return sorted(path.stem for path in self._folder().glob("about_*.txt"))
