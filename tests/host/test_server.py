"""A server before Hyper-V: which switch counts when, what installs, what launches, and what the log says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hvlab import catalog
from hvlab.catalog import servers
from hvlab.datacenter.build import build_world
from hvlab.host.discs import SETUP_DISC
from hvlab.host.disks import HostStorage
from hvlab.host.eventlog import event_log
from hvlab.host.machine import Refusal
from hvlab.host.server import RESTART_NEEDED, ServerSystem, server_of
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.storage import iso

HOST = "host1"


def run(world: World) -> None:
    world.run()


def ids(world: World, host: str = HOST) -> list[int]:
    events = servers.log_events()
    return [events[entry.key].id for entry in event_log(world, host).entries]


def with_role(world: World) -> ServerSystem:
    server = server_of(world, HOST)
    server.install_role()
    run(world)
    return server


def restart(world: World) -> None:
    world.get(f"{HOST}/root/vmms", Vmms).restart_host(())
    run(world)


def power_cycle(world: World) -> None:
    vmms = world.get(f"{HOST}/root/vmms", Vmms)
    vmms.switch_host_off(())
    run(world)
    vmms.switch_host_on()
    run(world)


def test_the_role_installs_without_the_switches_and_takes_two_boots() -> None:
    world = build_world("bare-server")
    server = with_role(world)
    assert server.role == RESTART_NEEDED and not server.launched
    boot = catalog.platform("ws2008").timing.host_boot
    before = world.now
    restart(world)
    assert server.role == "Installed" and server.restarts == 2
    assert world.now - before == 2 * boot
    assert not server.launched and ids(world)[-1] == 41


@pytest.mark.parametrize(
    ("virtualization", "execute_disable", "event"),
    [(False, True, 41), (True, False, 44), (False, False, 41), (True, True, 1)],
)
def test_either_switch_alone_keeps_the_hypervisor_from_starting(
    virtualization: bool, execute_disable: bool, event: int
) -> None:
    world = build_world("bare-server")
    server = with_role(world)
    server.set_firmware(virtualization, execute_disable)
    restart(world)
    assert ids(world)[-1] == 41, "a restart does not read the switches"
    power_cycle(world)
    assert ids(world)[-1] == event
    assert server.launched is (event == 1)


@pytest.mark.parametrize(
    ("host", "event"), [("host1", 41), ("host2", 42), ("host3", 44), ("host4", 5), ("host5", 41)]
)
def test_each_misconfigured_host_says_why(host: str, event: int) -> None:
    world = build_world("misconfigured-hosts")
    assert ids(world, host)[-1] == event
    vmms = world.get(f"{host}/root/vmms", Vmms)
    vmms.create("web01", 512 << 20)
    with pytest.raises(Refusal, match="no-hypervisor"):
        vmms.start("web01")
    assert ids(world, host)[-2:] == [13002, 3112]
    assert vmms.machine("web01").state == "Off"


@pytest.mark.parametrize(("host", "reason"), [("host6", "role-on-x86"), ("host7", "role-on-itanium")])
def test_the_role_is_refused_where_there_is_none(host: str, reason: str) -> None:
    world = build_world("misconfigured-hosts")
    with pytest.raises(Refusal, match=reason):
        server_of(world, host).install_role()
    with pytest.raises(Refusal, match="no-role"):
        world.get(f"{host}/root/vmms", Vmms).create("web01", 512 << 20)


def test_a_processor_without_the_extension_has_no_switch() -> None:
    server = server_of(build_world("misconfigured-hosts"), "host5")
    with pytest.raises(Refusal, match="no-firmware-switch"):
        server.set_firmware(True, None)


def test_the_launch_type_counts_at_the_next_boot() -> None:
    world = build_world()
    server = server_of(world, HOST)
    server.set_launch_type("Off")
    assert server.launched
    restart(world)
    assert not server.launched and ids(world)[-1] == 5
    server.set_launch_type("Auto")
    restart(world)
    assert server.launched and ids(world)[-1] == 1


def test_an_update_waits_for_a_restart() -> None:
    world = build_world("bare-server")
    server = server_of(world, HOST)
    server.install_update("KB950050")
    run(world)
    assert server.pending == ["KB950050"] and not server.released
    restart(world)
    assert server.released and server.pending == []
    with pytest.raises(Refusal, match="update-there"):
        server.install_update("KB950050")
    with pytest.raises(Refusal, match="update-not-for-this"):
        server.install_update("KB952627")


def test_a_server_that_is_off_does_nothing() -> None:
    world = build_world()
    vmms = world.get(f"{HOST}/root/vmms", Vmms)
    vmms.switch_host_off(())
    for act in (
        lambda: vmms.create("web01", 512 << 20),
        lambda: vmms.restart_host(()),
        server_of(world, HOST).install_role,
    ):
        with pytest.raises(Refusal, match="host-off"):
            act()
    vmms.switch_host_on()
    run(world)
    assert server_of(world, HOST).launched and not vmms.root.down
    with pytest.raises(Refusal, match="host-on"):
        vmms.switch_host_on()


@pytest.mark.parametrize("name", catalog.scenarios())
def test_every_scenario_names_an_edition_and_a_processor_of_the_catalogue(name: str) -> None:
    plan = catalog.scenario(name)
    for server in [plan, *plan.more_hosts]:
        edition = servers.server_facts().editions[server.edition]
        assert server.architecture in edition.architectures
        assert server.processor_name in servers.processors()
        assert server.installation == "Full" or edition.core


def test_events_have_texts_in_both_languages_and_numbers_of_their_own() -> None:
    events = list(servers.log_events().values())
    assert all(set(event.text) == {"en", "de"} for event in events)
    numbers = [(event.source, event.id) for event in events]
    assert len(numbers) == len(set(numbers))


def test_the_release_brings_its_own_integration_services() -> None:
    world = build_world("bare-server")
    files = world.get(f"{HOST}/root/storage", HostStorage).files

    def disc() -> str:
        return iso.setup_version(files.open(SETUP_DISC).read(iso.DESCRIPTOR_SECTOR * iso.SECTOR, iso.SECTOR))

    release = catalog.platform("ws2008")
    assert disc() == release.beta_integration
    server_of(world, HOST).install_update("KB950050")
    world.run()
    assert disc() == release.beta_integration, "before the restart"
    restart(world)
    assert disc() == release.integration_disc


def test_core_is_the_full_installation_without_some_parts() -> None:
    data = servers.installations()
    full, core = data.parts_of(False), data.parts_of(True)
    assert [part for part in full if part.core] == core and len(core) < len(full)
    assert sum(part.memory_mb for part in core) < sum(part.memory_mb for part in full)
    names = {part.name for part in full}
    assert {bulletin.part for bulletin in data.bulletins} <= names
    assert all(next(p for p in full if p.name == b.part).core for b in data.bulletins_of(True))
    assert 0 < len(data.bulletins_of(True)) < len(data.bulletins_of(False)) == len(data.bulletins)


def test_standard_gives_a_machine_31_gb_and_enterprise_64() -> None:
    world = build_world()
    vmms, server = world.get(f"{HOST}/root/vmms", Vmms), server_of(world, HOST)
    vmms.check_memory(64 << 30)
    server.build = replace(server.build, edition="Standard")
    vmms.check_memory(31 << 30)
    with pytest.raises(Refusal, match="limit-memory-edition"):
        vmms.check_memory((31 << 30) + (2 << 20))


@pytest.mark.parametrize("platform", ["ws2008r2", "ws2012", "vs2005"])
def test_only_2008_has_a_beta_on_its_medium(platform: str) -> None:
    server = server_of(build_world("bare-server", platform), HOST)
    assert server.released
    with pytest.raises(Refusal, match="update-not-for-this"):
        server.install_update("KB950050")


def test_an_update_raises_the_number_of_running_machines() -> None:
    world = build_world()
    vmms, server = world.get(f"{HOST}/root/vmms", Vmms), server_of(world, HOST)
    limit = catalog.platform("ws2008").limits["running_vms"].value
    with pytest.raises(Refusal) as refused:
        vmms.check_limit("running_vms", limit + 1)
    assert refused.value.values["limit"] == limit == 128
    server.install_update("KB956710")
    world.run()
    restart(world)
    vmms.check_limit("running_vms", 192)
    with pytest.raises(Refusal) as refused:
        vmms.check_limit("running_vms", 193)
    assert refused.value.values["limit"] == 192
