"""Get-LabLanguage: the console's language, construct by construct, with examples that the tests run."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.catalog.language import language
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.objects import ObjectType
from hvlab.console.patterns import like

# A row is a triple: the reader's language, the group, the construct.
CONSTRUCT = ObjectType(
    "Hvlab.Construct",
    {
        "Group": lambda row: row[1].name(row[0]),
        "Construct": lambda row: row[2].name(row[0]),
        "Part": lambda row: not row[2].refused,
        "Example": lambda row: row[2].code,
        "Instead": lambda row: row[2].instead or None,
        "Prints": lambda row: row[2].prints,
        "First": lambda row: language().first.strip(),
    },
    columns=("Construct", "Example"),
    text_property="Construct",
)


def _constructs(call: Call) -> Iterator[object]:
    reader, wanted, none = call.lab.text.language, call.args.Name or "*", True
    for group in language().groups:
        for construct in group.constructs:
            if like(construct.name(reader), wanted) or like(group.name(reader), wanted):
                none = False
                yield CONSTRUCT.of((reader, group, construct))
    if none:
        call.error(
            CmdletError(
                f"The language's page has nothing called '{wanted}'.",
                "ObjectNotFound",
                "ObjectNotFound",
                explain=("explain.no-such-construct", {"name": wanted}),
            )
        )


CMDLETS = (
    Cmdlet(
        "Get-LabLanguage",
        "Lab",
        (Parameter("Name", "string", position=0),),
        _constructs,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabLanguage",
    ),
)
