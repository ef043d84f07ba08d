"""`hvlab demo`: a minute at the lab that plays itself and asks nothing.

It types into the same prompt as a learner would, and what is seen is what these commands cause. Who
types something takes over: from then on it is a lab without a lesson.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from hvlab.tui.app import HvlabApp
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.pacing import SPEEDS
from hvlab.tui.prompt import PromptInput

LENGTH = 68.0
"""Seconds after which it ends, however far it has come; on a machine that keeps up it takes a minute."""
TYPING = 75
"""Characters a second."""
QUICK, READING = (
    next(number for number, speed in enumerate(SPEEDS) if speed.name == name) for name in ("quick", "story")
)


@dataclass(frozen=True)
class Scene:
    """A remark (a message id under tui.demo), the command after it, how long both may be looked at, how fast."""

    remark: str
    command: str
    rest: float
    speed: int = QUICK


SCENES = (
    Scene("begin", r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd", 1.0),
    Scene("boot", "Start-VM web01; Wait-Lab web01 -For Booted", 0.5, READING),
    Scene("write", "Start-LabWorkload web01 -Operation Write -Count 4", 1.0),
    Scene("why", "Get-LabStory Start-LabWorkload | Select-Object -First 8", 2.5),
    Scene("back", "Undo-Lab; Get-LabPlace", 2.0),
    Scene("end", "", 1.0),
    Scene("next", "", 3.5),
)


class DemoApp(HvlabApp):
    """The screen, with somebody at the keyboard."""

    _elapsed = 0.0
    _rest = 1.5
    narrates = True
    playing = True
    """Whether the demo still types; a learner who types ends that."""

    def on_mount(self) -> None:
        super().on_mount()
        self._waiting = [
            line
            for scene in SCENES
            for line in (
                (f"# {self.text(f'tui.demo.{scene.remark}')}", 1.0 if scene.command else scene.rest, QUICK),
                (scene.command, scene.rest, scene.speed),
            )
            if line[0]
        ]
        self._typed = ""
        self._due = 0.0

    def frame(self, seconds: float = 1 / 30) -> None:
        """Let the lab go on, and type on."""
        super().frame(seconds)
        if self.desk is None or not self.playing:
            return
        self._elapsed += seconds
        prompt = self.query_one(ConsolePane).prompt
        if prompt.value != self._typed:
            self._hand_over(prompt)
        elif self._elapsed >= LENGTH or (not self._waiting and self._rest <= 0):
            self.exit(0)
        elif self.desk.runner.busy:
            return
        elif self._rest > 0:
            self._rest -= seconds
        elif self._waiting:
            self._type(seconds)

    def _hand_over(self, prompt: PromptInput) -> None:
        """Somebody types: what the demo had begun to type goes, what they have typed stays."""
        self.playing = False
        mine = self._typed
        prompt.replace_all(prompt.value[len(mine) :] if prompt.value.startswith(mine) else "")

    def _type(self, seconds: float) -> None:
        assert self.desk is not None
        line, rest, speed = self._waiting[0]
        self._due += seconds * TYPING
        count = len(self._typed) + int(self._due)
        self._due -= int(self._due)
        prompt = self.query_one(ConsolePane).prompt
        if count <= len(line):
            self._typed = line[:count]
        else:
            del self._waiting[0]
            self._typed, self._rest = "", rest
            self.desk.set_speed(speed)
            self.desk.submit(line)
        prompt.replace_all(self._typed)


def run_demo(language: str) -> int:
    """Open the screen and play; the exit status."""
    from hvlab.session.session import Session

    app = DemoApp(lambda: Session(language=language), None, language)
    app.run()
    if app.playing:
        sys.stderr.write(app.text("tui.demo.after") + "\n")
    return app.return_code or 0
