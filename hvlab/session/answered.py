"""What a learner has answered: to each question the last answer, and where the lab stood when it was first answered."""

from __future__ import annotations


class Answers(dict[str, str]):
    """The last answer by the question's id; `first` holds how many events the trace had at the first one."""

    def __init__(self, given: dict[str, str] | None = None, first: dict[str, int] | None = None) -> None:
        super().__init__(given or {})
        self.first: dict[str, int] = dict(first or {})

    def give(self, question: str, text: str, events: int) -> None:
        """Answer a question while the trace has so many events."""
        self[question] = text
        self.first.setdefault(question, events)

    def copy(self) -> Answers:
        """The same, to be kept."""
        return Answers(self, self.first)

    def become(self, other: Answers) -> None:
        """Hold what another holds."""
        self.clear()
        self.update(other)
        self.first = dict(other.first)
