"""Get-LabClaim: the handout's wrong statements, and which side of each the lab's platform takes."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.catalog.claims import wrong_claims
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.objects import ObjectType

# A row is a pair: the lab, and the claim.
CLAIM = ObjectType(
    "Hvlab.Claim",
    {
        "Row": lambda pair: pair[1].row,
        "Shown": lambda pair: "Behaviour" if pair[1].show else "Text",
        "Taught": lambda pair: (pair[1].handout if pair[0].platform.handout else pair[1].fact)[
            pair[0].text.language
        ],
        "Handout": lambda pair: pair[1].handout[pair[0].text.language],
        "Fact": lambda pair: pair[1].fact[pair[0].text.language],
        "Source": lambda pair: pair[1].source,
        "Scenario": lambda pair: pair[1].scenario if pair[1].show else None,
        "Command": lambda pair: pair[1].show or None,
        "Expected": lambda pair: (
            (pair[1].obeying if pair[0].platform.handout else pair[1].documented) or None
        ),
    },
    columns=("Row", "Shown", "Taught"),
    text_property="Row",
)


def _claims(call: Call) -> Iterator[object]:
    known = wrong_claims()
    for row in call.args.Row or known:
        if row in known:
            yield CLAIM.of((call.lab, known[row]))
            continue
        rows = ", ".join(map(str, known))
        call.error(
            CmdletError(
                f"Row {row} is not among the wrong claims. There are: {rows}.",
                "ObjectNotFound",
                "ObjectNotFound",
                explain=("explain.no-such-claim", {"row": row, "known": rows}),
            )
        )


CMDLETS = (
    Cmdlet(
        "Get-LabClaim",
        "Lab",
        (Parameter("Row", "int", position=0, array=True),),
        _claims,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabClaim",
    ),
)
