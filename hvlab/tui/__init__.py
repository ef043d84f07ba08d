"""The Textual app: screens, panes, widgets."""

import os

# Read by Textual when it is imported. At its own 60 a letter waits up to two of its frames for the next one to begin.
# Nothing is painted oftener by this: what changes is painted as soon as it has changed, and otherwise nothing is.
os.environ.setdefault("TEXTUAL_FPS", "500")
