"""Where a session has been: its inputs as a tree, since one may go back and then another way.

Every line of the log after the header is a node, numbered from 1; node 0 is the
beginning. A node's parent is the input before it; a `rewind` does nothing itself but
says on which earlier node what follows goes on. So the log, which only ever grows,
holds all branches, and the way from the beginning to the last line is the present
one. A step of this way is a command together with the answers it was given and its
being stopped, or any other input alone.

Pure bookkeeping: nothing here knows a world or a shell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hvlab.session.log import Entry

WITHOUT_EFFECT = ("rewind", "bookmark", "hint")
"""Inputs that change neither the world nor the shell."""
ATTACHED = ("confirm", "file", "stop")
"""Inputs that belong to the command before them."""


@dataclass(frozen=True)
class Step:
    """One step of a way: its nodes, and what was done."""

    first: int
    last: int
    before: int
    """The node that it went on from; 0 for the beginning."""
    entry: Entry
    replies: tuple[Entry, ...] = ()
    halt: Entry | None = None


@dataclass(frozen=True)
class Branch:
    """A way that ends somewhere: its last node, how many steps it has, and whether it is the present one.

    What only looked at the lab is no step.
    """

    tip: int
    steps: int
    fork: int
    """The node where it leaves the present way."""
    present: bool


class Timeline:
    """The tree of a log's entries. `entries` is the log's own list and grows with it.

    `looks` says whether an input only looked at the lab: then Redo-Lab can still lead on.
    """

    def __init__(self, entries: list[Entry], looks: Callable[[Entry], bool] = lambda entry: False) -> None:
        self.entries = entries
        self._looks = looks
        self._parents = [0]
        self.onward = 0
        """The last node of the way that was left by going back: where Redo-Lab leads to; 0 for none."""
        self.sync()

    def sync(self) -> None:
        """Take notice of entries that were appended."""
        while len(self._parents) <= len(self.entries):
            number = len(self._parents)
            entry = self.entries[number - 1]
            if entry.kind == "rewind":
                self.onward = self._onward_after(self.effective(number - 1), self.effective(entry.to))
                self._parents.append(entry.to)
                continue
            self._parents.append(number - 1)
            if self.onward and entry.kind not in WITHOUT_EFFECT and not self._looks(entry):
                self.onward = 0

    def _onward_after(self, stood: int, target: int) -> int:
        """Where Redo-Lab leads to, when one goes from one node to another."""
        for end in (self.onward, stood):
            if end and end != target and (target == 0 or target in self.nodes(end)):
                return end
        return 0

    @property
    def head(self) -> int:
        """The node where the session stands."""
        self.sync()
        return self.effective(len(self.entries))

    @property
    def end(self) -> int:
        """The last node of the present way, what was undone of it included."""
        head = (
            self.head
        )  # which takes notice of what was appended: that may have changed where Redo-Lab leads to
        return self.onward or head

    def effective(self, node: int) -> int:
        """The node itself, or the last one before it that did something."""
        while node and self.entries[node - 1].kind in WITHOUT_EFFECT:
            node = self._parents[node]
        return node

    def nodes(self, node: int) -> list[int]:
        """The nodes with an effect on the way from the beginning to `node`."""
        found = []
        node = self.effective(node)
        while node:
            found.append(node)
            node = self.effective(self._parents[node])
        return found[::-1]

    def ahead(self) -> list[Step]:
        """The steps that were left by going back, in their order: those that Redo-Lab would do."""
        self.sync()
        if not self.onward:
            return []
        done = set(self.nodes(self.head))
        return [step for step in self.steps(self.onward) if step.last not in done]

    def steps(self, node: int) -> list[Step]:
        """The steps from the beginning to `node`."""
        return self.group(self.nodes(node))

    def group(self, nodes: Sequence[int]) -> list[Step]:
        """Nodes of one way as steps; answers and stops that follow no command stand alone."""
        found: list[Step] = []
        place = 0
        while place < len(nodes):
            first = last = nodes[place]
            place += 1
            entry = self.entries[first - 1]
            replies: list[Entry] = []
            halt = None
            if entry.kind == "command":
                while place < len(nodes) and self.entries[nodes[place] - 1].kind in ATTACHED and halt is None:
                    last = nodes[place]
                    place += 1
                    attached = self.entries[last - 1]
                    if attached.kind in ("confirm", "file"):
                        replies.append(attached)
                    else:
                        halt = attached
            before = self.effective(self._parents[first])
            found.append(Step(first, last, before, entry, tuple(replies), halt))
        return found

    def branches(self) -> list[Branch]:
        """The ways that end where nothing follows, the present one too, in the order of their last inputs.

        A look taken after going back changed nothing, so it makes no way of its own.
        """
        head = self.head
        effective = self._effective_nodes()
        inner = {self.effective(self._parents[node]) for node in effective}
        tips = [node for node in effective if node not in inner]
        present = head if head in tips else self.onward
        way = set(self.nodes(present))
        found = []
        for tip in tips:
            nodes = self.nodes(tip)
            common = [node for node in nodes if node in way]
            if tip != present and all(self._looks(self.entries[node - 1]) for node in nodes[len(common) :]):
                continue
            found.append(Branch(tip, len(self.done(nodes)), common[-1] if common else 0, tip == present))
        return found

    def done(self, nodes: Sequence[int]) -> list[Step]:
        """The steps of one way that did more than look."""
        return [step for step in self.group(nodes) if not self._looks(step.entry)]

    def _effective_nodes(self) -> list[int]:
        return [n for n, entry in enumerate(self.entries, 1) if entry.kind not in WITHOUT_EFFECT]
