"""The pages that a browser sees whom a learning platform has sent: a learner's, and that of the lessons to choose."""

from __future__ import annotations

import html

from hvlab.text import Text


def page(text: Text, name: str, command: str, browser: str, key: str) -> str:
    """What a learner reads after a launch."""
    said = [text("classroom.lti.welcome", name=name), text("classroom.lti.terminal")]
    rows = [f"<p>{html.escape(row)}</p>" for row in said]
    rows.append(f"<pre>{html.escape(command)}</pre>")
    if browser:
        rows.append(
            f"<p>{html.escape(text('classroom.lti.browser', url=browser))}</p><pre>{html.escape(key)}</pre>"
        )
    rows.append(f"<p>{html.escape(text('classroom.lti.secret'))}</p>")
    return _html(rows)


def choice_page(text: Text, lessons: list[tuple[str, str]], ticket: str, action: str) -> str:
    """Where whoever makes a course chooses among lessons: (id, title), the class's own first, with an empty id."""
    options = [
        f'<option value="{html.escape(name)}">{html.escape(title)}</option>' for name, title in lessons
    ]
    return _html(
        [
            f"<p>{html.escape(text('classroom.lti.choose'))}</p>",
            f'<form method="post" action="{html.escape(action)}">',
            f'<input type="hidden" name="ticket" value="{html.escape(ticket)}">',
            f'<select name="lesson" size="12">{"".join(options)}</select>',
            f"<p><button>{html.escape(text('classroom.lti.take'))}</button></p></form>",
        ]
    )


def answer_page(text: Text, title: str, back: str, answer: str) -> str:
    """What carries the choice to the platform: by itself where scripts run, else by its button."""
    return _html(
        [
            f"<p>{html.escape(text('classroom.lti.chosen', title=title))}</p>",
            f'<form id="answer" method="post" action="{html.escape(back)}">',
            f'<input type="hidden" name="JWT" value="{html.escape(answer)}">',
            f"<button>{html.escape(text('classroom.lti.back'))}</button></form>",
            '<script>document.getElementById("answer").submit()</script>',
        ]
    )


def _html(rows: list[str]) -> str:
    style = "font: 18px/1.5 sans-serif; max-width: 44em; margin: 4em auto; padding: 0 1em"
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>hvlab</title></head>'
        f'<body style="{style}">{"".join(rows)}</body></html>'
    )
