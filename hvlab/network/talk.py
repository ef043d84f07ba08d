"""What a system has asked others over its network adapters, and how it ended: the book behind ping and clients."""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.network.station import Answered

TIMEOUT = 4_000_000_000
"""How long an answer is awaited (K: four seconds, as ping does)."""
KEPT = 512
"""So many ended questions are remembered."""
FIRST_TAG, LAST_TAG = 1, 16383
PING, REQUEST = "ping", "request"


@dataclass
class Asked:
    """A ping or a client's request; times in ns, `finished` 0 while it waits, `outcome` ok or why not."""

    tag: int
    operation: str
    adapter: str
    target: str
    started: int
    finished: int = 0
    outcome: str = ""
    text: str = ""
    ttl: int = 0


@dataclass
class Talk:
    """All that was asked, by tag; tags come round again."""

    next_tag: int = FIRST_TAG
    asked: dict[int, Asked] = field(default_factory=dict)

    def begin(self, operation: str, adapter: str, target: str, now: int) -> Asked:
        """A new question; the oldest that have ended are forgotten."""
        tag = self.next_tag
        self.next_tag = FIRST_TAG if tag == LAST_TAG else tag + 1
        self.asked.pop(tag, None)
        if len(self.asked) >= KEPT:
            oldest = next((other for other, question in self.asked.items() if question.finished), None)
            if oldest is not None:
                del self.asked[oldest]
        question = self.asked[tag] = Asked(tag, operation, adapter, target, now)
        return question

    def end(self, answer: Answered, now: int) -> Asked | None:
        """A question has ended; the question, or None if it is not known any more."""
        question = self.asked.get(answer.tag)
        if question is None or question.finished:
            return None
        question.finished, question.outcome = now, answer.outcome
        question.text, question.ttl = answer.text, answer.ttl
        return question
