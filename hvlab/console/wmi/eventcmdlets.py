"""Register-WmiEvent, Get-, Wait- and Remove-Event, Unregister-Event, Get-EventSubscriber."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import moment
from hvlab.console.lab import DEFAULT_WAIT
from hvlab.console.objects import PSObject, custom_object
from hvlab.console.patterns import like
from hvlab.console.wmi import finding
from hvlab.console.wmi.cmdlets import bad_query, not_in_wmi
from hvlab.console.wmi.finding import NotInWmi
from hvlab.console.wmi.model import CIMV2
from hvlab.console.wmi.watching import (
    EVENT_CLASSES,
    WATCHER,
    Occurrence,
    Seen,
    Subscription,
    Watcher,
    parsed,
    watcher_of,
)
from hvlab.console.wmi.wql import BadQuery

MODULE = "Microsoft.PowerShell.Utility"
MANAGEMENT = "Microsoft.PowerShell.Management"
SECOND = 1_000_000_000


def _instance(seen: Seen | None) -> PSObject | None:
    """An instance as the look saw it: it does not follow the world."""
    if seen is None:
        return None
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in seen.values}
    system = {"__CLASS": seen.kind, "__DERIVATION": list(seen.derivation), "__PATH": seen.path}
    return custom_object({**system, **values}, f"System.Management.ManagementBaseObject#{seen.kind}")


def event_object(one: Occurrence, subscription: Subscription | None, computer: str) -> PSObject:
    """An event as PowerShell has it: what WMI sent is in SourceEventArgs.NewEvent."""
    fields: dict[str, object] = {"__CLASS": one.kind, "TargetInstance": _instance(one.target)}
    if one.previous is not None:
        fields["PreviousInstance"] = _instance(one.previous)
    sent = custom_object(fields, f"System.Management.ManagementBaseObject#{one.kind}")
    arguments = custom_object({"NewEvent": sent, "Context": None}, "System.Management.EventArrivedEventArgs")
    return custom_object(
        {
            "ComputerName": computer,
            "EventIdentifier": one.number,
            "SourceIdentifier": one.source,
            "TimeGenerated": moment(one.time),
            "SourceEventArgs": arguments,
            "MessageData": subscription.message or None if subscription is not None else None,
        },
        "System.Management.Automation.PSEventArgs",
    )


def _register(call: Call) -> Iterator[object]:
    args, lab = call.args, call.lab
    try:
        namespace = finding.namespace_of(lab, args.Namespace)
        if args.Query is None:
            raise _no_event_class(args.Class)
        query = parsed(args.Query)
        next(iter(finding.instances(lab, namespace, query.target)), None)
    except NotInWmi as error:
        raise not_in_wmi(error, call) from None
    except BadQuery as error:
        raise bad_query(error) from None
    watcher = watcher_of(lab.world) or lab.world.add(WATCHER, Watcher())
    source = args.SourceIdentifier or f"WmiEvent{watcher.next_subscription}"
    if any(one.source.casefold() == source.casefold() for one in watcher.subscriptions.values()):
        raise CmdletError(
            "Cannot subscribe to the specified event. "
            f"A subscriber with the source identifier '{source}' already exists.",
            "SUBSCRIBER_EXISTS",
            "InvalidArgument",
            explain=("explain.wmi-subscriber", {"source": source}),
        )
    action = args.Action.text if args.Action is not None else None
    platform = lab.platform.id
    one = Subscription(
        0, source, lab.host, lab.computer, platform, namespace, args.Query, args.MessageData or "", action
    )
    try:
        watcher.subscribe(one)
    except BadQuery as error:
        raise bad_query(error) from None
    if action is not None:
        yield custom_object(
            {
                "Id": one.number,
                "Name": source,
                "State": "NotStarted",
                "HasMoreData": False,
                "Command": action,
            },
            "System.Management.Automation.PSEventJob",
        )


def _no_event_class(name: str | None) -> CmdletError:
    return CmdletError(
        "Give -Query." if name is None else f'The class "{name}" is not an event class.',
        "GetWMIManagementException",
        "InvalidArgument",
        exception="ManagementException",
        explain=("explain.wmi-event-query", {"known": ", ".join(EVENT_CLASSES)}),
    )


def _matching(call: Call, watcher: Watcher | None) -> list[Occurrence]:
    """The waiting events that are meant, the oldest first."""
    wanted, number = call.args.SourceIdentifier, call.args.get("EventIdentifier")
    return [
        one
        for one in (watcher.events if watcher is not None else ())
        if (wanted is None or like(one.source, wanted)) and number in (None, one.number)
    ]


def _shown(call: Call, watcher: Watcher, one: Occurrence) -> PSObject:
    subscription = watcher.subscriptions.get(one.subscription)
    return event_object(one, subscription, subscription.computer if subscription else call.lab.computer)


def _get(call: Call) -> Iterator[object]:
    watcher = watcher_of(call.lab.world)
    found = _matching(call, watcher)
    if not found and (call.args.SourceIdentifier or call.args.EventIdentifier) is not None:
        raise _nothing(call, "Event")
    for one in found:
        assert watcher is not None
        yield _shown(call, watcher, one)


def _nothing(call: Call, what: str) -> CmdletError:
    source = call.args.SourceIdentifier
    name = "source identifier" if source is not None else "identifier"
    value = (
        source if source is not None else call.args.get("EventIdentifier", call.args.get("SubscriptionId"))
    )
    known = watcher_of(call.lab.world)
    sources = ", ".join(one.source for one in known.subscriptions.values()) if known is not None else ""
    return CmdletError(
        f"{what} with {name} '{value}' does not exist.",
        "INVALID_SOURCE_IDENTIFIER",
        "InvalidArgument",
        explain=("explain.wmi-no-event", {"known": sources or "-"}),
    )


def _remove(call: Call) -> None:
    watcher = watcher_of(call.lab.world)
    found = _matching(call, watcher)
    if not found:
        raise _nothing(call, "Event")
    assert watcher is not None
    for one in found:
        if call.should_process(f"{one.source} {one.number}", "Remove-Event"):
            watcher.events.remove(one)


def _wait(call: Call) -> Iterator[object]:
    lab, timeout = call.lab, call.args.Timeout
    watcher = watcher_of(lab.world)
    limit = DEFAULT_WAIT if timeout is None or timeout < 0 else timeout * SECOND
    if not lab.wait(lambda: bool(_matching(call, watcher_of(lab.world))), limit):
        if timeout is None or timeout < 0:
            raise CmdletError(
                f"Waited {limit // SECOND} simulated seconds for an event, in vain.",
                "OperationTimeout",
                "OperationTimeout",
                explain=("explain.wmi-wait-in-vain", {"seconds": limit // SECOND}),
            )
        return
    watcher = watcher_of(lab.world)
    assert watcher is not None
    yield _shown(call, watcher, _matching(call, watcher)[0])


def _subscriptions(call: Call) -> list[Subscription]:
    watcher = watcher_of(call.lab.world)
    wanted, number = call.args.SourceIdentifier, call.args.SubscriptionId
    return [
        one
        for one in (watcher.subscriptions.values() if watcher is not None else ())
        if (wanted is None or like(one.source, wanted)) and number in (None, one.number)
    ]


def _list(call: Call) -> Iterator[object]:
    for one in _subscriptions(call):
        yield custom_object(
            {
                "SubscriptionId": one.number,
                "SourceIdentifier": one.source,
                "Query": one.query,
                "Namespace": one.namespace.upper(),
                "Action": one.action,
            },
            "System.Management.Automation.PSEventSubscriber",
        )


def _unregister(call: Call) -> None:
    found = _subscriptions(call)
    if not found or (call.args.SourceIdentifier is None and call.args.SubscriptionId is None):
        raise _nothing(call, "Subscription")
    watcher = watcher_of(call.lab.world)
    assert watcher is not None
    for one in found:
        if call.should_process(one.source, "Unregister-Event"):
            del watcher.subscriptions[one.number]
            watcher.to_do = [event for event in watcher.to_do if event.subscription != one.number]


_SOURCE = Parameter("SourceIdentifier", position=0, pipeline="property")

CMDLETS = (
    Cmdlet(
        "Register-WmiEvent",
        MANAGEMENT,
        (
            Parameter("Class", position=0),
            Parameter("Query"),
            Parameter("SourceIdentifier", position=1),
            Parameter("Action", "scriptblock", position=2),
            Parameter("Namespace", default=CIMV2),
            Parameter("MessageData"),
        ),
        _register,
        summary_id="help.Register-WmiEvent",
    ),
    Cmdlet(
        "Get-Event",
        MODULE,
        (_SOURCE, Parameter("EventIdentifier", "int")),
        _get,
        read_only=True,
        summary_id="help.Get-Event",
    ),
    Cmdlet(
        "Wait-Event",
        MODULE,
        (_SOURCE, Parameter("Timeout", "int", minimum=-1)),
        _wait,
        summary_id="help.Wait-Event",
    ),
    Cmdlet(
        "Remove-Event",
        MODULE,
        (_SOURCE, Parameter("EventIdentifier", "int", pipeline="property")),
        _remove,
        supports_should_process=True,
        summary_id="help.Remove-Event",
    ),
    Cmdlet(
        "Get-EventSubscriber",
        MODULE,
        (_SOURCE, Parameter("SubscriptionId", "int")),
        _list,
        read_only=True,
        summary_id="help.Get-EventSubscriber",
    ),
    Cmdlet(
        "Unregister-Event",
        MODULE,
        (_SOURCE, Parameter("SubscriptionId", "int", pipeline="property"), Parameter("Force", "switch")),
        _unregister,
        supports_should_process=True,
        summary_id="help.Unregister-Event",
    ),
)
