"""What the instructor's screen says of a class, as Lines: the list, one learner, and the wall.

The wall is for looking at from afar: what most are stuck at, and their commonest wrong command, stand on
top in the largest letters a terminal has; below, one bar a check and one tile a learner. Signs say the
same as colours do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hvlab.course import teams
from hvlab.course.classes import ClassPicture, GoalView, LearnerView
from hvlab.text import Text
from hvlab.tui.canvas import Canvas, Line, fit, line, wrap

DIGITS = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": (" ▀█", "  █", " ▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", "▀▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
}
TILE, TILE_ROWS = 23, 3
BAR = 10


def state_of(learner: LearnerView) -> tuple[str, str, str]:
    """A learner's sign, its style, and the name of what it says (under tui.class.state)."""
    if learner.stuck:
        return "▲", "bad", "stuck"
    if not learner.goal and learner.points >= learner.maximum and learner.commands:
        return "✓", "good", "done"
    return ("●", "title", "works") if learner.here else ("○", "dim", "away")


def bar(part: int, whole: int, width: int) -> tuple[str, str]:
    """How much of a bar is full, and the rest of it."""
    full = width * part // whole if whole else 0
    return "█" * full, "░" * (width - full)


def minutes(seconds: int) -> str:
    """A span as short as it can be told."""
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h {seconds // 60 % 60:02}"


def in_order(picture: ClassPicture, order: str) -> list[LearnerView]:
    """The learners: those who need help first, or by progress, or as they joined."""
    rows = list(picture.rows)
    if order == "help":
        rows.sort(key=lambda one: (not one.stuck, -one.seconds if one.stuck else 0, one.points))
    elif order == "progress":
        rows.sort(key=lambda one: (one.points, one.step, -one.seconds))
    return rows


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def heading(picture: ClassPicture, text: Text, width: int) -> Line:
    """The class in one line."""
    here = sum(one.here for one in picture.rows)
    stuck = sum(one.stuck for one in picture.rows)
    title = text("tui.class.title") if width >= 100 else ""
    return line(
        (f" {title} " if title else "", "title"),
        (f" {picture.lesson}", "bold"),
        (f" · ▲ {text('tui.class.stuck_count', count=stuck)}" if stuck else "", "bad"),
        (f" · ‖ {text('tui.class.paused')}" if picture.paused else "", "accent"),
        (
            f" · ◷ {text(f'tui.class.exam.{picture.exam}', left=_clock(picture.left))}"
            if picture.exam
            else "",
            "accent",
        ),
        (f" · {text('tui.class.count', count=len(picture.rows), here=here)}", "dim"),
    )


def list_rows(
    rows: Sequence[LearnerView], marked: Collection[str], text: Text, width: int
) -> tuple[Line, list[Line]]:
    """The head of the list, and a row a learner."""
    name_width = max(8, min(20, max((len(one.name) for one in rows), default=8)))
    head = (
        f"   {text('tui.class.column.name'):<{name_width}} {text('tui.class.column.points'):<{BAR + 8}} "
        f"{text('tui.class.column.step'):<6} {text('tui.class.column.since'):<8} {text('tui.class.column.hints'):<5} "
        f"{text('tui.class.column.last')}"
    )
    lines = []
    for one in rows:
        sign, style, _ = state_of(one)
        full, rest = bar(one.points, one.maximum, BAR)
        points = f" {one.points}/{one.maximum}"
        wrong = one.refusal or (f"{one.error_command} → {one.error}" if one.error else "")
        start = 3 + name_width + 1 + BAR + 8 + 1 + 7 + 9 + 6
        lines.append(
            line(
                ("+" if one.name in marked else " ", "accent"),
                (f"{sign} ", style),
                (f"{fit(one.name, name_width):<{name_width}} ", "bold" if one.here else "dim"),
                (full, "good"),
                (rest, "faint"),
                (f"{points:<8} ", ""),
                (f"{one.step}/{one.steps:<4} ", ""),
                (f"{minutes(one.seconds):<8} ", style if one.stuck else "dim"),
                (f"{one.hints:<5} ", "dim"),
                (fit(wrong, max(0, width - start)), "warn" if wrong else ""),
            )
        )
    return line((fit(head, width), "dim")), lines


def learner_rows(one: LearnerView | None, text: Text, width: int) -> list[Line]:
    """Everything of one learner."""
    if one is None:
        return [line((text("tui.class.nobody"), "dim"))]
    sign, style, state = state_of(one)
    said = [
        line(
            (f"{sign} {one.name}", style),
            (f"  {teams.title(one.role, text.language)}" if one.role else "", "accent"),
            (
                f"  {text(f'tui.class.state.{state}')} · {text('tui.class.commands', count=one.commands)}",
                "dim",
            ),
        )
    ]
    for name, words, tone in (
        ("goal", one.goal, ""),
        ("command", one.error_command, "code"),
        ("error", one.error, "warn"),
        ("refusal", one.refusal, "bad"),
    ):
        if words:
            label = text(f"tui.class.detail.{name}")
            first, *more = wrap(words, max(10, width - 16))
            said.append(line((f"{label:<15} ", "dim"), (first, tone)))
            said += [line((" " * 16 + row, tone)) for row in more[:2]]
    return said


def goal_rows(goals: Sequence[GoalView], count: int, text: Text, width: int) -> list[Line]:
    """A bar a check: who has it, who is at it, who is stuck at it."""
    title = max(10, min(44, width // 2 - 4))
    room = max(6, width - title - 14)
    lines = []
    for goal in goals:
        passed, moving = room * goal.passed // max(1, count), room * (goal.at - goal.stuck) // max(1, count)
        stuck = max(1, room * goal.stuck // max(1, count)) if goal.stuck else 0
        lines.append(
            line(
                (f" {fit(goal.title, title):<{title}} ", "bad" if goal.stuck else ""),
                ("█" * passed, "good"),
                ("▒" * moving, "title"),
                ("▲" * stuck, "bad"),
                ("·" * max(0, room - passed - moving - stuck), "faint"),
                (f" ✓{goal.passed:<3}", "good"),
                (f"▲{goal.stuck}" if goal.stuck else "", "bad"),
            )
        )
    return lines


def _banner(picture: ClassPicture, text: Text, width: int) -> list[Line]:
    goal, count, command = picture.hardest()
    if not goal:
        return [(), line((f"   {text('tui.class.wall.calm')}", "good")), ()]
    number = [" ".join(DIGITS[digit][row] for digit in str(count)) for row in range(3)]
    size = len(number[0]) + 6
    rest = width - size - 1
    words = text("tui.class.wall.stuck", count=count, all=len(picture.rows))
    wrong = text("tui.class.wall.wrong")
    return [
        line((f"   {number[0]}   ", "bad"), (fit(words, rest), "bad")),
        line((f"   {number[1]}   ", "bad"), (fit(f"▲ {goal}", rest), "marked")),
        line(
            (f"   {number[2]}   ", "bad"),
            (f"{wrong} " if command else text("tui.class.wall.no_wrong"), "dim"),
            (fit(command, max(0, rest - len(wrong) - 1)), "accent"),
        ),
    ]


def wall_rows(picture: ClassPicture, text: Text, width: int, height: int) -> list[Line]:
    """The whole class in one picture."""
    rows = [(), *_banner(picture, text, width), ()]
    goals = list(picture.goals)
    columns = max(1, width // TILE)
    learners = in_order(picture, "help")
    tile_rows = -(-len(learners) // columns)
    tall = TILE_ROWS if len(rows) + len(goals) + 1 + tile_rows * TILE_ROWS <= height else 1
    room = height - len(rows) - tile_rows * tall - 1
    if room < len(goals):  # those where somebody stands say the most
        goals = sorted(goals, key=lambda goal: (-goal.stuck, -goal.at))[: max(1, room)]
    rows += [*goal_rows(goals, len(learners), text, width), ()]
    canvas = Canvas(width, max(1, tile_rows * tall))
    for number, one in enumerate(learners):
        x, y = number % columns * TILE, number // columns * tall
        sign, style, state = state_of(one)
        since = minutes(one.seconds) if state == "stuck" else f"{one.points}/{one.maximum}"
        if tall == 1:
            canvas.put(x + 1, y, sign, style)
            canvas.put(x + 3, y, fit(one.name, TILE - 12), style if one.stuck else "")
            canvas.put(x + TILE - 8, y, since, style if one.stuck else "dim")
            continue
        canvas.put(x + 1, y, f"{sign} {fit(one.name, TILE - 13)}", style)
        canvas.put(x + TILE - 2 - len(since), y, since, style if one.stuck else "dim")
        full, rest = bar(one.points, one.maximum, TILE - 7)
        canvas.put(x + 1, y + 1, full, style if one.stuck else "good")
        canvas.put(x + 1 + len(full), y + 1, rest, "faint")
        canvas.put(x + TILE - 5, y + 1, f"{one.step}/{one.steps}", "dim")
    return [*rows, *canvas.lines()]
