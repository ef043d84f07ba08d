"""Print the claim table with its totals: each row run, each column with + (holds), ! (does not) or - (none)."""

from __future__ import annotations

import click

from tests.acceptance.claims import COLUMNS, rows, run


def main() -> None:
    """Run every row; a line each, then the totals."""
    totals = dict.fromkeys(COLUMNS, 0)
    broken = 0
    click.echo("row  do see break repair  claim")
    table = rows()
    for row in table:
        wrong = run(row)
        failed = {text.partition(":")[0] for text in wrong}
        marks = []
        for name in COLUMNS:
            has = "run" in row.columns.get(name, {})
            totals[name] += has
            marks.append("!" if name in failed else "+" if has else "-")
        broken += bool(wrong)
        click.echo(f"{row.number:>3}  {marks[0]:<2} {marks[1]:<3} {marks[2]:<5} {marks[3]:<6}  {row.claim}")
        for text in wrong:
            click.echo(f"     {text}")
    counts = ", ".join(f"{name} {count}" for name, count in totals.items())
    click.echo(f"{len(table)} of 115 rows; with a command: {counts}; {broken} do not hold")


if __name__ == "__main__":
    main()
