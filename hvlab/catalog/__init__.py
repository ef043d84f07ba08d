"""Facts as data: platforms, guest operating systems, scenarios, read from assets/ and validated."""

from hvlab.catalog.loader import (
    BadCatalog,
    guest,
    guests,
    layout_sizes,
    platform,
    platforms,
    scenario,
    scenarios,
)
from hvlab.catalog.models import Guest, Image, Limit, Nic, Phase, Platform, Scenario

__all__ = [
    "BadCatalog",
    "Guest",
    "Image",
    "Limit",
    "Nic",
    "Phase",
    "Platform",
    "Scenario",
    "guest",
    "guests",
    "layout_sizes",
    "platform",
    "platforms",
    "scenario",
    "scenarios",
]
