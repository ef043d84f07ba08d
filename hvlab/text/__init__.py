"""Every sentence a learner reads, by message id, in each language.

A catalogue is a TOML file a language in assets/locales, split by area; nested
tables make dotted ids (`tui.pause`). Rendering happens outside the world: the
world knows ids and values only. A sentence may have the forms `one` and `other`,
chosen by the value `count`.
"""

from hvlab.text.catalog import LANGUAGES, Text, UnknownLanguage, pick_language

__all__ = ["LANGUAGES", "Text", "UnknownLanguage", "pick_language"]
