"""The screen of hvlab: puts the panes together, lets the clock run, and passes keys on.

What is shown is read from the session's world and trace after each slice; what is
typed goes to the `Runner`. Panes know the app for its texts and colours only.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.driver import Driver
from textual.events import DescendantFocus, Event, Key, Paste, Resize
from textual.geometry import Size
from textual.widget import Widget

from hvlab import paths
from hvlab.console.history import History
from hvlab.text import LANGUAGES
from hvlab.tui import process
from hvlab.tui.architecture import ArchitecturePane
from hvlab.tui.attention import Attention, AttentiveScreen, attentive
from hvlab.tui.bar_keys import bar_keys
from hvlab.tui.bars import KeyBar, StatusBar
from hvlab.tui.canvas import fit, line
from hvlab.tui.colourless import without_colours
from hvlab.tui.console_pane import AskBar, ConsolePane
from hvlab.tui.event_list import EventList
from hvlab.tui.guest_pane import GuestPane
from hvlab.tui.inspector import InspectorPane
from hvlab.tui.keys import BINDINGS, ScreenText
from hvlab.tui.language_screen import LanguageScreen
from hvlab.tui.layout import CLASSES, PANES, VIEWS, classes_for
from hvlab.tui.lesson_pane import LessonPane
from hvlab.tui.line_pane import LinePane
from hvlab.tui.pacing import SHORT, SLICE, SLICES
from hvlab.tui.palette import LAYER_VARIABLES, THEMES, Palette
from hvlab.tui.paned_app import PanedApp
from hvlab.tui.preferences import Preferences, of_user
from hvlab.tui.prompt import PromptInput
from hvlab.tui.scrubber import Scrubber
from hvlab.tui.splitter import Splitter
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from textual.command import Provider

    from hvlab.course.companion import Companion, Followed
    from hvlab.course.map import CourseMap
    from hvlab.course.shown import LessonView
    from hvlab.session.session import Session
    from hvlab.tui.desk import Desk

FRAME = 1 / 30
IDLE = 5.0
"""Seconds without a key after which nobody is typing."""
CLASS_LOOK = 0.5
"""Seconds between two looks for what the instructor has sent."""


def _commands() -> type[Provider]:
    """The palette's provider; made when the palette is opened."""
    from hvlab.tui.commands import HvlabCommands

    return HvlabCommands


class HvlabApp(PanedApp):
    """One learner at one lab. `frames=False` leaves the clock to whoever calls `frame`."""

    COMMANDS: ClassVar[set[Any]] = {_commands}
    CSS_PATH = str(paths.assets() / "styles" / "hvlab.tcss")
    TITLE = "hvlab"
    narrates = False
    """Whether the phases of a boot are told without a lesson, too."""
    BINDINGS: ClassVar[list[BindingType]] = [*BINDINGS]

    def __init__(
        self,
        session: Session | Callable[[], Session],
        lesson: LessonView | Callable[[Session], LessonView | None] | None = None,
        language: str = "en",
        *,
        first_page: str = "",
        course: CourseMap | None = None,
        history: History | None = None,
        companion: Companion | None = None,
        followed: Followed | None = None,
        frames: bool = True,
        timer: Callable[[], float] = perf_counter,
        preferences: Preferences | None = None,
        asks_language: bool = False,
        tours: bool = False,
    ) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        self.text = ScreenText(language, self.preferences.keys)
        self._session_source = session
        self._lesson_source = lesson
        self._first_page = first_page
        self.course = course
        self.history = history or History()
        """What was entered before; the console adds to it."""
        self.wanted = ""
        """The lesson that the learner wants to open instead of this one."""
        self._asks_language = asks_language
        self._invitation = ""
        self._tours = tours
        self._stage_before = "lesson"
        self._companion = companion
        self._followed = followed
        self._frames = frames
        self._timer = timer
        self._last = 0.0
        self.attention = Attention(timer)
        self.desk: Desk | None = None
        """The lab, once it is built; the first paint does not wait for it."""
        self._early: list[str] = []
        """Commands entered before the lab was there."""
        self.stage = "lesson"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.preferences.theme if self.preferences.theme in self.available_themes else "hvlab"
        self.palette = Palette({})
        if self.preferences.still:
            self.animation_level = "none"
        without_colours(self)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Layers have colours in every theme."""
        return LAYER_VARIABLES

    # -- building -------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """All panes; the style sheet decides which are in sight."""
        self.palette = Palette(self.get_css_variables(), coloured=not self.no_color)
        # Before there are panes: each class set later would have all of them styled once more.
        self._has_lesson = self._lesson_source is not None
        if not self._has_lesson:
            self.stage = "picture"
            self.screen.add_class("no-lesson")
        self._classify()
        yield StatusBar(id="status")
        yield LinePane(id="too-small")
        with Horizontal(id="body"):
            yield LessonPane()
            yield Splitter()
            with Vertical(id="right"):
                yield ArchitecturePane()
                yield GuestPane()
                yield Vertical(id="views")
                with Horizontal(id="middle"):
                    yield EventList()
                    yield InspectorPane()
                yield ConsolePane(self.history)
        yield Scrubber()
        yield KeyBar()

    def on_mount(self) -> None:
        """Name the panes, show the first page, then build the lab."""
        self.query_one(LessonPane).early = self._first_page
        self._arrange()
        self._name_panes()
        self.query_one(ConsolePane).prompt.focus()
        prompt = self.query_one(ConsolePane).prompt
        prompt.handled = self.attention.handled
        cast("AttentiveScreen", self.screen_stack[0]).first = prompt
        self.set_keymap(self.preferences.keys)
        if self.preferences.trouble:
            self.notify(self.preferences.trouble, severity="warning", markup=False)
        if self._asks_language:
            self.push_screen(LanguageScreen(self.text.language), self.choose_language)
        self._begin_tour()
        self.theme_changed_signal.subscribe(self, lambda _: self._recolor())
        if callable(self._session_source):
            self.call_after_refresh(Thread(target=self._fetch, daemon=True).start)
        else:
            self._open()

    def _fetch(self) -> None:
        """Read the lab's modules, in a thread of its own: keys are taken meanwhile. Then build the lab."""
        from hvlab.tui import desk  # noqa: F401

        self.call_later(self._open)

    def _open(self) -> None:
        from hvlab.tui.desk import Desk

        source = self._session_source
        session = source() if callable(source) else source
        given = self._lesson_source
        lesson = given(session) if callable(given) else given
        session.text.speak(self.text.language)  # another one may have been chosen meanwhile
        if lesson is not None:
            lesson.set_language(self.text.language)
        self.desk = Desk(self, session, lesson, self._timer)
        self.desk.picture.motion.still = self.is_still
        self.desk.runner.pacer.holds = self.attention.wanted
        self.desk.open()
        for text in self._early:
            self.desk.submit(text)
        if self._companion is not None:
            self.set_interval(CLASS_LOOK, self.look_at_class)
        if self._followed is not None:
            self.desk.begin_following(self._followed)
            self.set_interval(CLASS_LOOK, self.keep_up)
        if self._frames:
            self._last = self._timer()
            self.set_interval(FRAME, self._tick)
            self._between = self.set_interval(FRAME / SLICES, self._slice, pause=True)
            self.desk.sliced = True
        if self.course is not None and self.course.returning:
            self.call_after_refresh(self.action_recap)
        if not gc.isenabled():  # it was switched off until here
            process.begin()

    def _tick(self) -> None:
        if self.attention.wanted():
            return
        now = self._timer()
        passed, self._last = now - self._last, now
        self.frame(min(passed, 0.25))
        if self.desk is not None and self.desk.runner.rushing:
            self._between.resume()
        else:
            self._between.pause()
            if self.desk is not None and self.desk.is_still and now - self.attention.last > IDLE:
                process.sweep()

    def _slice(self) -> None:
        """At full speed: let the lab go on between two frames."""
        if self.desk is not None and self.desk.runner.rushing and not self.attention.wanted():
            self.desk.runner.pacer.slice = SHORT if self.attention.is_typing() else SLICE
            self.desk.go_on()

    def get_driver_class(self) -> type[Driver]:
        """The driver of this platform, which tells of keys as soon as they are read."""
        return attentive(super().get_driver_class(), self._note_key)

    def get_default_screen(self) -> AttentiveScreen:
        """The screen of panes."""
        screen = AttentiveScreen(id="_default")
        screen.attention = self.attention
        return screen

    def _note_key(self) -> None:
        self.attention.press()

    def post_display_hook(self) -> None:
        """Something was painted. The prompt's own row answers a key at the prompt; anything answers any other."""
        prompt = self.focused
        if not isinstance(prompt, PromptInput):
            self.attention.painted()
        elif prompt.drawn:
            prompt.drawn = False
            self.attention.painted()

    def look_at_class(self) -> None:
        """Do what the instructor has sent, as soon as no command is under way."""
        if self.desk is not None and self._companion is not None:
            self.desk.attend(self._companion)

    def keep_up(self) -> None:
        """Do what was done in the lab that is followed, as long as one goes no way of one's own."""
        if self.desk is not None and self._followed is not None:
            self.desk.keep_up(self._followed)

    def frame(self, seconds: float = FRAME) -> None:
        """Let the lab go on for so many real seconds, and show what happened."""
        self._keep_keys()  # the pane that had them may have made way for another one
        if self.desk is not None:
            self.desk.frame(seconds)

    # -- texts and colours ----------------------------------------------------------------------------

    def _name_panes(self) -> None:
        text = self.text
        for name in ("events", "inspector"):
            title = f"{text.keys.of(name)} {text(f'tui.pane.{name}')}"
            self.query_one(f"#{name}", Widget).border_title = title
        self.query_one(ArchitecturePane).name_itself()
        self.query_one(ConsolePane).output.tell()
        self.query_one(LessonPane).name_itself()
        self.name_keys()
        self.query_one("#too-small", LinePane).show(
            [line((row, "warn")) for row in text("tui.too_small").splitlines()]
        )

    def name_keys(self) -> None:
        """The bar at the bottom: the keys of the pane that has them, then those that work everywhere."""
        clock, busy = self.desk.told if self.desk is not None else ("stands", False)
        pane, toured = self._pane_with_keys(), self.preferences.toured
        alone, lesson = bool(self.arrangement.alone), self._has_lesson
        self.query_one(KeyBar).set_keys(
            bar_keys(pane, clock, self.text, busy=busy, toured=toured, alone=alone, lesson=lesson)
        )

    @on(DescendantFocus)
    def _other_pane(self) -> None:
        if not self.is_covered and self.query(KeyBar):
            self.name_keys()
            self.invite()

    def set_language(self, language: str) -> None:
        """Speak another language from now on."""
        self.text = ScreenText(language, self.preferences.keys)
        self._name_panes()
        if self.desk is not None:
            self.desk.set_language(language)

    def bind_anew(self, bound: dict[str, str]) -> None:
        """These keys from now on, wherever they work and are named; kept for the next time."""
        self.preferences.keys = bound
        self.preferences.save()
        self.set_keymap(bound)
        self.set_language(self.text.language)

    def _recolor(self) -> None:
        self.palette = Palette(self.get_css_variables(), coloured=not self.no_color)
        if self.theme != (self.preferences.theme or "hvlab"):
            self.preferences.theme = self.theme
            self.preferences.save()
        self.query_one(ConsolePane).prompt.powershell.palette = self.palette
        self.refresh(layout=False)
        for screen in self.screen_stack:
            for widget in screen.query("*"):
                widget.refresh()  # what it paints has colours from the palette, of which the style sheet knows nothing

    # -- keys -----------------------------------------------------------------------------------------

    async def on_event(self, event: Event) -> None:
        """Keys and what is pasted are led to the prompt before they go their way: all that follows goes there too."""
        if isinstance(event, Key) and not event.is_forwarded:
            self._keep_keys()
        if isinstance(event, (Key, Paste)) and not event.is_forwarded and self._begins_command(event):
            prompt = self.query_one(ConsolePane).prompt
            if self.arrangement.alone:
                self.arrangement.zoom(self.arrangement.alone)
            self.screen.set_focus(prompt)
            if self.focused is not prompt and isinstance(
                event, Key
            ):  # it comes into sight only with the next layout
                prompt.focus()
                prompt.insert_text_at_cursor(event.character or "")
                return
        await super().on_event(event)
        if isinstance(event, Key) and not isinstance(self.focused, PromptInput):
            self.attention.handled()

    def _keep_keys(self) -> None:
        """No pane has the keys, as when none had room for a while: then the prompt has them."""
        if self.screen_stack and not self.is_covered and self.focused is None:
            for prompt in self.query(PromptInput):
                if prompt.region:
                    self.screen.set_focus(prompt)

    def _begins_command(self, event: Key | Paste) -> bool:
        """Whether this is a letter for which the pane with the keys has no use, or text for a command."""
        if self.is_covered or self.takes_key or not self.query(PromptInput):
            return False
        pane = self.focused
        if isinstance(pane, PromptInput):
            return False
        if isinstance(event, Key):
            if not event.is_printable or not event.character or event.key.startswith(("alt+", "ctrl+")):
                return False
            if pane is not None and pane.check_consume_key(event.key, event.character):
                return False
            return event.key not in self.screen.active_bindings
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is done by key while a key is being pressed to be bound."""
        return not self.takes_key

    @property
    def takes_key(self) -> bool:
        """Whether the next key is to be bound."""
        return bool(self.screen_stack) and bool(getattr(self.screen, "waiting", ""))

    def action_key(self, key: str) -> None:
        """A key of the pane that has the keys, for the mouse."""
        self.simulate_key(key)

    def action_keys(self) -> None:
        """The window in which keys are bound anew."""
        from hvlab.tui.keys_screen import KeysScreen

        if not isinstance(self.screen, KeysScreen):
            needed = frozenset(self.query_one(ConsolePane).prompt.needed_keys())
            self.push_screen(KeysScreen(needed))

    def action_tour(self) -> None:
        """A tour of the screen: each part in turn, with one sentence."""
        from hvlab.tui.tour import STOPS, TourScreen

        if self.is_covered or self.screen.has_class("small"):
            return
        if self.arrangement.alone:
            self.arrangement.zoom(self.arrangement.alone)
        self._stage_before = self.stage
        stops = [name for name in STOPS if name != "lesson" or self._has_lesson]
        self.push_screen(TourScreen(stops, self._frames), self._toured)

    @property
    def has_one_stage(self) -> bool:
        """Whether there is room for one pane above the console only."""
        return self.screen_stack[0].has_class("narrow")

    def bring(self, name: str, *, guest: bool = False) -> None:
        """Put a pane where it can be seen, without its keys; `guest`: behind the guest's screen, when that closes."""
        self.stage = name
        self.screen_stack[0].remove_class(*(() if guest else ("guest",)), "closer")
        self._arrange()

    def is_reading(self, name: str) -> bool:
        """Whether the pane on the stage has the keys."""
        pane = self._pane_with_keys()
        return pane is not None and (pane.has_class("view") if name == "view" else pane.id == name)

    def see_console(self) -> None:
        """Something is asked in the console: a pane that has the whole screen gives it back."""
        if self.arrangement.alone not in ("", "console"):
            self.arrangement.zoom(self.arrangement.alone)

    def _toured(self, typed: str | None) -> None:
        self.bring(self._stage_before)
        if not self.preferences.toured:
            self.preferences.toured = True
            self.preferences.save()
        prompt = self.query_one(ConsolePane).prompt
        prompt.focus()
        if typed:
            prompt.insert_text_at_cursor(typed)
        self.name_keys()

    def type_command(self, command: str) -> None:
        """Type a command into the console and run it, for what has no key."""
        self.query_one(ConsolePane).type_command(command, run=True)

    def lay_out(self, panes: Sequence[str]) -> None:
        """The panes that a lesson is best seen with; a view among them opens, and leaves the keys at the prompt."""
        view = next((name for name in panes if name in VIEWS), "")
        without = [name for name in ("picture", "events") if panes and name not in panes]
        if view and "picture" in without:
            without.remove("picture")  # it stands behind the view, and comes when that is closed
        self.arrangement.leave_out(without)
        if view and self.desk is not None and not self.screen_stack[0].has_class("narrow"):
            self.desk.views.open(view, keys=False)

    # -- room -----------------------------------------------------------------------------------------

    @on(Resize)
    def _resized(self, event: Resize) -> None:
        self._arrange(event.size)

    def _arrange(self, size: Size | None = None) -> None:
        self._classify(size)
        self.arrangement.apply()

    def _classify(self, size: Size | None = None) -> None:
        """Tell the style sheet how much room there is, and who has the stage."""
        screen = self.screen_stack[0]
        wanted = classes_for(*(size or self.size))
        for name in CLASSES:
            screen.set_class(name in wanted, name)
        for name in PANES:
            screen.set_class(name == self.stage, f"stage-{name}")

    # -- actions --------------------------------------------------------------------------------------

    def action_pane(self, name: str) -> None:
        """Give a pane the stage and the keys."""
        if self.is_covered:
            return
        if name == "lesson" and not self._has_lesson:
            return
        screen = self.screen_stack[0]
        if name in VIEWS:
            self._with_desk(lambda desk: desk.open_view(name))
            return
        self.stage = name
        if self.arrangement.alone != name:
            self.arrangement.alone = ""
        self.arrangement.open("events" if name == "inspector" else name)
        if name in ("picture", "lesson") or screen.has_class("narrow") or screen.has_class("low"):
            screen.remove_class("guest")  # it has the place of all others there
        if name == "inspector":
            screen.add_class("inspecting")
        screen.set_class(name in ("events", "inspector"), "closer")
        self._arrange()
        self.query_one(f"#{name}", Widget).focus()

    def action_time(self) -> None:
        """Show the strip of time and give it the keys; once more: hide it."""
        if self.is_covered:
            return
        screen, strip = self.screen_stack[0], self.query_one(Scrubber)
        if screen.has_class("timed") and strip.has_focus:
            screen.remove_class("timed")
            self.query_one(ConsolePane).prompt.focus()
            return
        screen.add_class("timed")
        strip.focus()
        self._with_desk(lambda desk: self.call_after_refresh(strip.update, desk.session))

    def show_view(self) -> None:
        """Give the views the stage."""
        self.stage = "view"
        if self.arrangement.alone != "view":
            self.arrangement.alone = ""
        self.screen_stack[0].remove_class("guest", "closer")
        self._arrange()

    def close_view(self) -> None:
        """Give the picture its place back."""
        self.stage = "picture"
        self._arrange()

    def action_next_view(self) -> None:
        """The view that was open last; if one is open, the next one."""
        if not self.is_covered:
            self._with_desk(lambda desk: desk.next_view())

    def action_prompt(self) -> None:
        """Back to the prompt; a guest's screen closes first, a view when one is at the prompt already.

        Where there is room for one pane only, whoever is at the prompt already gets the page back.
        """
        screen = self.screen_stack[0]
        at_prompt = self.query_one(ConsolePane).prompt.has_focus
        away = self.has_one_stage and self._has_lesson and self.stage != "lesson"
        if self.arrangement.alone:
            self.arrangement.zoom(self.arrangement.alone)
        elif away and at_prompt and not screen.has_class("guest"):
            self.bring("lesson")
        elif self.stage == "view":
            if at_prompt:
                self.close_view()
        elif screen.has_class("closer"):
            screen.remove_class("closer")
        elif screen.has_class("guest"):
            screen.remove_class("guest")
        else:
            screen.remove_class("inspecting")
        self._arrange()
        self.query_one(ConsolePane).prompt.focus()

    def action_lesson(self, what: str, by: int) -> None:
        """Read on in the lesson without leaving the prompt; where another pane has its place, it comes back first."""
        pane = self.query_one(LessonPane)
        if self.has_one_stage and self.stage != "lesson" and self._has_lesson:
            self._with_desk(lambda desk: desk.views.close())
            self.bring("lesson")
            if what != "turn":
                return
        if what == "turn":
            pane.action_turn(by)
        else:
            pane.scroll_relative(y=by, animate=False)

    def action_recap(self) -> None:
        """Where one was, what the last lessons taught, what is due."""
        from hvlab.tui.recap_screen import open_recap

        open_recap(self)

    def action_help(self) -> None:
        """Help for the pane that has the keys."""
        from hvlab.tui.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.focused), self._clicked_in_help)

    async def _clicked_in_help(self, action: str | None) -> None:
        if action:
            await self.run_action(action)

    def action_command_palette(self) -> None:
        """All actions, to be searched by words."""
        from hvlab.tui.commands import Palette as CommandPalette

        if not CommandPalette.is_open(cast("App[object]", self)):
            self.push_screen(
                CommandPalette(placeholder=self.text("tui.command.search"), id="--command-palette")
            )

    def action_map(self) -> None:
        """The course as a map; choosing a lesson leaves this lab for that one's."""
        from hvlab.tui.map_screen import MapScreen

        if isinstance(self.screen, MapScreen):
            self.screen.dismiss(None)  # the key that opened it
        elif self.course is not None:
            self.course.language = self.text.language
            self.push_screen(
                MapScreen(self.course.stretches(), self.course.here, self.course.route), self.open_lesson
            )

    def open_lesson(self, name: str | None) -> None:
        """Leave for another lesson; None stays."""
        if name:
            self.wanted = name
            self.exit(0)

    @property
    def is_still(self) -> bool:
        """Whether nothing shall move: the learner has said so, or the surroundings (TEXTUAL_ANIMATIONS=none)."""
        return self.preferences.still or self.animation_level == "none"

    def action_depth(self) -> None:
        """The next depth of the list of events, which comes into sight."""
        self.action_pane("events")
        self.query_one(EventList).action_depth()

    def action_still(self) -> None:
        """Let nothing travel through the picture, or let it again: for whom motion troubles."""
        if self.desk is not None:
            motion = self.desk.picture.motion
            motion.still = not motion.still
            motion.travellers.clear()
            self.animation_level = "none" if motion.still else "full"
            self.preferences.still = motion.still
            self.preferences.save()
            self.notify(self.text("tui.motion.off" if motion.still else "tui.motion.on"))

    def pop_screen(self) -> AwaitComplete:
        """Close the uppermost window. A click that was on its way when it closed finds none; that is no error."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    def action_clear(self) -> None:
        """Empty the console."""
        self.query_one(ConsolePane).clear()

    def action_complete(self) -> None:
        """Tab, for the mouse."""
        self.query_one(ConsolePane).prompt.action_complete(1)

    def action_interrupt(self) -> None:
        """Ctrl+C: copy what is selected, else stop the command, else clear the line."""
        chosen = self.screen.get_selected_text() or self.query_one(ConsolePane).prompt.selected_text
        if chosen:
            self.copy_to_clipboard(chosen)
        elif self.desk is not None:
            self.desk.interrupt()

    def action_pause(self) -> None:
        """Stand still, or go on; with no command under way, let the clock run."""
        self._with_desk(lambda desk: desk.pause())

    def action_speed(self, step: int) -> None:
        """The next speed."""
        self._with_desk(lambda desk: desk.speed(step))

    def set_speed(self, number: int) -> None:
        """A speed by its number."""
        self._with_desk(lambda desk: desk.set_speed(number))

    def action_step(self) -> None:
        """One event."""
        self._with_desk(lambda desk: desk.step())

    def action_play(self, direction: int) -> None:
        """Play what is known, forwards (1) or backwards (-1); once more: stand still."""
        if not self.screen_stack[0].has_class("timed"):
            self.action_time()
        if self.arrangement.alone not in ("", "picture", "guest", "view", "events"):
            self.arrangement.zoom(self.arrangement.alone)  # what is played is to be seen
        self._with_desk(lambda desk: desk.play(direction))

    def action_finish(self) -> None:
        """To the end of the command."""
        self._with_desk(lambda desk: desk.finish())

    def action_language(self) -> None:
        """The other language."""
        place = LANGUAGES.index(self.text.language)
        self.choose_language(LANGUAGES[(place + 1) % len(LANGUAGES)])

    def choose_language(self, language: str | None) -> None:
        """Speak this language from now on, and the next time too."""
        self.preferences.language = language or self.text.language
        self.preferences.save()
        self.set_language(self.preferences.language)
        self._begin_tour()

    def _begin_tour(self) -> None:
        if self._tours and not self.is_covered:
            self._tours = False
            self.call_after_refresh(self.action_tour)

    def _with_desk(self, action: Callable[[Desk], Any]) -> None:
        if self.desk is not None:
            action(self.desk)

    @on(ConsolePane.Submitted)
    def _submitted(self, event: ConsolePane.Submitted) -> None:
        if self.desk is None:
            self._early.append(event.text)
        else:
            self.desk.submit(event.text)

    @on(ConsolePane.NothingTyped)
    @on(LessonPane.GoesOn)
    def _nothing_typed(self) -> None:
        """Enter alone goes on: what stands still, the lesson whose step is done, or with the page's next command."""
        pane, console = self.query_one(LessonPane), self.query_one(ConsolePane)
        if self.desk is not None and self.desk.runner.paused:
            self.desk.pause()
        elif self.desk is not None and self.desk.runner.busy:
            console.echo("")
        elif pane.is_ready:
            if self.has_one_stage:  # or the new step would come unseen, behind what was looked at last
                self._with_desk(lambda desk: desk.views.close())
                self.bring("lesson")
            if not pane.read_on():
                pane.action_turn(1)
        elif console.prompt.value:
            return  # typed on meanwhile
        elif command := pane.next_command():
            console.offer(command)
        elif self.desk is not None and pane.awaits_answer:
            console.say_once(self.desk.how_to_answer())
        else:
            console.echo("")

    @on(ConsolePane.Answered)
    def _answered(self, event: ConsolePane.Answered) -> None:
        self._with_desk(lambda desk: desk.reply(event.kind, event.text))

    @on(LessonPane.Command)
    def _command_clicked(self, event: LessonPane.Command) -> None:
        self.query_one(ConsolePane).type_command(event.text)

    @on(ViewPane.Command)
    def _view_command(self, event: ViewPane.Command) -> None:
        console, had = self.query_one(ConsolePane), self.focused
        console.type_command(event.text, run=event.run)
        if event.run and had is not None:
            had.focus()

    @on(LessonPane.Asks)
    def _lesson_asks(self, event: LessonPane.Asks) -> None:
        self._invitation = event.words
        self.invite()
        for bar in self.query(AskBar):
            bar.ask(event.unseen)

    def invite(self) -> None:
        """Say at the prompt what Enter alone does now; while a command is at work, nothing but what goes on."""
        words = self._invitation
        if self.desk is not None and self.desk.runner.busy:
            words = self.text("tui.lesson.invite.paused") if self.desk.runner.paused else ""
        elif self.desk is not None and self.desk.console.asking == "answer":
            words = self.desk.how_to_answer()
        pane = self._pane_with_keys() if self.screen_stack and not self.is_covered else None
        if words and pane is not None and pane.id != "console":
            words = self.text("tui.lesson.invite.elsewhere", key=self.text.keys.of("prompt"))
        for prompt in self.query(PromptInput):  # none any more where the screen is being closed
            fitting = fit(words, prompt.size.width) if prompt.size.width else words
            if prompt.placeholder != fitting:
                prompt.placeholder = fitting

    @on(PromptInput.Leave)
    def _leave(self) -> None:
        self.exit(0)

    @on(LessonPane.Turned)
    def _lesson_turned(self) -> None:
        self._with_desk(lambda desk: desk.turned())

    @on(LessonPane.WantsAnswer)
    def _wants_answer(self) -> None:
        console = self.query_one(ConsolePane)
        console.question("answer")
        self.invite()
        console.prompt.focus()

    @on(ArchitecturePane.OpenScreen)
    def _open_screen(self, event: ArchitecturePane.OpenScreen) -> None:
        self.query_one(ConsolePane).type_command(f"vmconnect localhost {event.name}", run=True)

    @on(EventList.Selected)
    def _event_selected(self, event: EventList.Selected) -> None:
        self.screen_stack[0].add_class("inspecting")
        self._with_desk(lambda desk: desk.inspector.inspect(desk.session.world.trace, event.seq))

    @on(EventList.Wants)
    def _event_wants(self, event: EventList.Wants) -> None:
        inspector = self.query_one(InspectorPane)
        if event.firmly:
            inspector.show_view(event.what)
            if event.what == "meaning" or not self.has_one_stage:
                return  # it stands beside the list, or is left
        else:
            inspector.action_view(event.what)
        if not self.query_one(InspectorPane).region:
            self.action_pane("inspector")

    @on(InspectorPane.Jump)
    def _jump(self, event: InspectorPane.Jump) -> None:
        self.query_one(EventList).select_event(event.seq)

    @on(LessonPane.Finished)
    def _lesson_finished(self) -> None:
        if self.course is not None:
            self.open_lesson(self.course.following())

    @on(KeyBar.Pressed)
    async def _bar_pressed(self, event: KeyBar.Pressed) -> None:
        await self.run_action(event.action)


def run_app(
    session: Session | Callable[[], Session],
    lesson: LessonView | Callable[[Session], LessonView | None] | None = None,
    language: str = "en",
    *,
    first_page: str = "",
    course: CourseMap | None = None,
    history: History | None = None,
    companion: Companion | None = None,
    followed: Followed | None = None,
    asks_language: bool = False,
    tours: bool = False,
) -> tuple[int, str]:
    """Open the screen; returns the exit status, and the lesson that is wanted next if there is one.

    A callable in place of the session (and of the lesson, which then gets the session) is
    called after the first paint; `first_page` is the lesson's Markdown to show until then, in the
    language it is opened in. `asks_language`: nobody has said yet which language it shall be;
    `tours`: begin with the tour of the screen.
    """
    app = HvlabApp(
        session,
        lesson,
        language,
        first_page=first_page,
        course=course,
        history=history,
        companion=companion,
        followed=followed,
        preferences=of_user(),
        asks_language=asks_language,
        tours=tours,
    )
    app.run()
    return app.return_code or 0, app.wanted
