"""Get-LabProtocol prints the tables that dispatch uses; Get-LabLayout the sizes, against the reference's list."""

from __future__ import annotations

import pytest

from hvlab import catalog, paths
from hvlab.console.host import RecordingHost
from hvlab.console.labmodule.protocol import structs
from hvlab.session.session import Session
from hvlab.text import LANGUAGES
from hvlab.vmbus import decisions

# Sizes in bytes as the reference lists them (sections 1, 2, 4, 5 and the summary in 7).
MESSAGES = {
    1: 196, 2: 12, 3: 8, 4: 8, 5: 148, 6: 20, 7: 12, 8: 20, 9: 16, 10: 20, 11: 16, 12: 12, 13: 12, 14: 40,
    15: 16, 16: 8, 17: 8, 18: 28, 19: 20, 20: 12, 21: 40, 22: 16, 23: 44, 24: 16, 25: 24, 26: 9, 27: 8, 28: 8, 29: 8,
}  # fmt: skip
OTHERS = {
    "PacketDescriptor": 16,
    "PacketTrailer": 8,
    "GpaDirectHeader": 8,
    "GpaRange": 8,
    "PipeHeader": 8,
    "StoragePacket": 12,
    "ScsiRequest": 36,
    "ScsiRequestWin8": 52,
    "StorageVersion": 4,
    "StorageProperties": 24,
    "IcHeader": 20,
    "IcNegotiate": 8,
    "IcShutdown": 2060,
    "SynicMessage": 256,
    "IoPortIntercept": 128,
    "TransferPagesHeader": 8,
    "NvspInit": 28,
    "NvspReceiveBufferComplete": 28,
    "NvspRndisPacket": 28,
    "RndisHeader": 8,
    "RndisPacket": 36,
    "RndisInitialize": 16,
    "RndisInitializeComplete": 44,
    "EthernetHeader": 14,
    "Ipv4Header": 20,
    "HvCallPostMessage": 256,
    "HvCallSignalEvent": 8,
    "HvCallCreatePartition": 16,  # TLFS 2.0; 56 today
    "HvCallCreatePort": 56,
    "HvCallConnectPort": 72,
}


class Console:
    """A lab and what its console printed."""

    def __init__(self) -> None:
        self.host = RecordingHost()
        self.session = Session(host=self.host)

    def lines(self, command: str) -> list[str]:
        """What a command gives, as text."""
        before = len(self.host.objects)
        self.session.run(command)
        assert not self.host.errors
        return [str(value) for value in self.host.objects[before:]]


@pytest.fixture(scope="module")
def console() -> Console:
    return Console()


def test_the_printed_table_is_the_one_that_dispatch_uses(console: Console) -> None:
    command = 'Get-LabProtocol | ForEach-Object { "$($_.Side)|$($_.About)|$($_.Message)|$($_.State)|$($_.Reaction)" }'
    printed = [tuple(line.split("|")) for line in console.lines(command)]
    assert printed == [
        (row.side.capitalize(), row.about[0].upper() + row.about[1:], row.message, row.state, row.reaction)
        for row in decisions.rows()
    ]


@pytest.mark.parametrize(
    ("filter_", "count"),
    [
        ("OPEN_CHANNEL -Side Root -About Channel", 9),
        ("-State Revoked", 8),
        ("-Side Child -About GPADL", 8),
        ("GPADL_* -About GPADL -State TearingDown", 5),
        ("PAUSE | Where-Object Since -eq '6.0+'", 4),
        ("nonsense", 0),
    ],
)
def test_rows_can_be_chosen(console: Console, filter_: str, count: int) -> None:
    assert console.lines(f"(Get-LabProtocol {filter_} | Measure-Object).Count") == [str(count)]


def test_a_case_that_sources_leave_open_says_so(console: Console) -> None:
    command = "Get-LabProtocol CLOSE_CHANNEL -Side Root -About Channel | ForEach-Object { $_.State + ':' + $_.Basis }"
    answer = console.lines(command)
    assert "Opening:our reading" in answer and "Open:reference" in answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_explains_every_state_and_every_reaction(language: str) -> None:
    text = (paths.assets() / "help" / language / "Get-LabProtocol.txt").read_text(encoding="utf-8")
    words = text.replace("(", " ").replace(")", " ").replace(",", " ").replace(".", " ").split()
    for row in decisions.rows():
        assert row.state in words, row.state
        if not row.reaction.startswith(("refuse ", "by ")):
            assert f"\n  {row.reaction} " in text, row.reaction


def test_every_message_has_the_size_of_the_reference(console: Console) -> None:
    command = "Get-LabLayout | Where-Object Group -eq 'vmbus.messages' | ForEach-Object { \"$($_.Number) $($_.Size)\" }"
    printed = dict(tuple(map(int, line.split())) for line in console.lines(command))
    assert printed == MESSAGES
    variable = console.lines("Get-LabLayout | Where-Object Variable -eq $true | ForEach-Object Name")
    assert variable == ["GPADL_HEADER", "GPADL_BODY"]


def test_every_other_struct_has_the_size_of_the_reference(console: Console) -> None:
    printed = {item.layout.name: item.layout.size for item in structs()}
    assert {name: printed.get(name) for name in OTHERS} == OTHERS
    assert console.lines("(Get-LabLayout ScsiRequest).Size") == ["36"]
    assert "lun" in console.lines("(Get-LabLayout ScsiRequest).Fields")


def test_the_reference_stands_beside_each_size_and_is_the_same() -> None:
    sizes = {item.layout.name: item.layout.size for item in structs()}
    reference = catalog.layout_sizes()
    assert {name: sizes.get(name) for name in reference} == reference
    messages = {item.layout.name: item.layout.size for item in structs() if item.number in MESSAGES}
    assert messages.items() <= reference.items() and OTHERS.items() <= reference.items()
