"""The general cmdlets: those of Microsoft.PowerShell.Core and .Utility that the language brings itself."""

from __future__ import annotations

from hvlab.console.cmdlets import Cmdlet
from hvlab.console.general import (
    aliases,
    convert,
    csvtext,
    discovery,
    extending,
    helping,
    markup,
    modules,
    output,
    records,
    shape,
    variables,
)
from hvlab.console.general.helping import HelpTexts

__all__ = ["HelpTexts", "general_cmdlets"]


def general_cmdlets(texts: HelpTexts | None = None) -> list[Cmdlet]:
    """All of them, for a ``CmdletTable``. ``texts`` gives Get-Help its longer texts."""
    return [
        *records.CMDLETS,
        *shape.CMDLETS,
        *output.CMDLETS,
        *convert.CMDLETS,
        *csvtext.CMDLETS,
        *variables.CMDLETS,
        *aliases.CMDLETS,
        *extending.CMDLETS,
        *markup.CMDLETS,
        *modules.CMDLETS,
        *discovery.CMDLETS,
        *helping.cmdlets(texts),
    ]
