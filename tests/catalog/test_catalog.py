"""The data files: all are sound, and a wrong one is answered with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab import catalog
from hvlab.catalog.loader import parse
from hvlab.catalog.models import Guest, read_size
from hvlab.catalog.versions import pair_versions, wire_versions, word_versions


def test_every_data_file_is_sound() -> None:
    for name in catalog.platforms():
        assert catalog.platform(name).id == name
    for name in catalog.guests():
        assert catalog.guest(name).id == name
    for name in catalog.scenarios():
        plan = catalog.scenario(name)
        assert plan.id == name and set(plan.summary) == {"en", "de"}
        assert all(image.guest in catalog.guests() for image in plan.images)


def test_limits_carry_their_source_and_the_handouts_figure() -> None:
    limits = catalog.platform("ws2008").limits
    assert all(limit.source for limit in limits.values())
    assert (limits["disks_per_scsi_controller"].value, limits["disks_per_scsi_controller"].handout) == (
        64,
        256,
    )
    assert limits["memory_per_vm_mb"].handout == 65 << 10


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(catalog.BadCatalog, match=r"no platform 'ws95'.*ws2008"):
        catalog.platform("ws95")


def test_a_wrong_key_or_type_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('id = "x"\nbits = "many"\n', encoding="utf-8")
    with pytest.raises(catalog.BadCatalog, match=r"x\.toml.*"):
        parse(path, Guest)


def test_versions_on_the_wire() -> None:
    assert word_versions(["0.13", "2.4"]) == (0xD, 0x20004)
    assert wire_versions(["2.0", "5.1"]) == (0x0200, 0x0501)
    assert pair_versions(["3.1"]) == ((3, 1),)


def test_sizes() -> None:
    assert (read_size("512MB"), read_size("2GB"), read_size("77")) == (512 << 20, 2 << 30, 77)
