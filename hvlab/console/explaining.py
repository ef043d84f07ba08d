"""The lab's own line under an error: what it means and what to try, in the learner's language."""

from __future__ import annotations

import re

from hvlab.console.errors import ErrorRecord
from hvlab.text import Text


def substitute_id(sentence: str) -> str:
    """The id under which the catalogues hold what to write instead of a refused construct.

    PowerShell's part of a refusal is English in every language, so the sentence itself stands in the code;
    its id is made of its words.
    """
    return "instead." + re.sub(r"[^a-z0-9]+", "-", sentence.lower()).strip("-")


def explained(text: Text, record: ErrorRecord) -> str:
    """The line, without a mark in front; empty where there is none."""
    if record.explain is None or not text.has(record.explain[0]):
        return ""
    name, values = record.explain
    sentence = values.get("substitute")
    if isinstance(sentence, str) and text.has(substitute_id(sentence)):
        told = text(substitute_id(sentence))
        if sentence and told == sentence and record.message.endswith(sentence):
            return ""  # PowerShell's part has said so, in the learner's own language
        values = {**values, "substitute": told}
    return text(name, **values).rstrip()
