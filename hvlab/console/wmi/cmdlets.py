"""Get-WmiObject and Invoke-WmiMethod."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError, Explain
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.objects import Hashtable, PSObject, custom_object
from hvlab.console.wmi import finding
from hvlab.console.wmi.finding import NotInWmi
from hvlab.console.wmi.methods import METHODS, call_method
from hvlab.console.wmi.model import CIMV2, Instance
from hvlab.console.wmi.objects import objects_of
from hvlab.console.wmi.wql import BadQuery

MODULE = "Microsoft.PowerShell.Management"
_MESSAGES = {
    "no-namespace": 'Invalid namespace "{what}"',
    "no-class": 'Invalid class "{what}"',
    "no-object": 'Not found "{what}"',
}


def not_in_wmi(error: NotInWmi, call: Call) -> CmdletError:
    """What is said of what is not there."""
    known = ", ".join(finding.namespaces(call.lab))
    explain: Explain = (f"explain.wmi-{error.reason}", {"what": error.what, "known": known})
    if error.reason == "no-class":
        explain = _class_is_missing(call, error.what)
    return CmdletError(
        _MESSAGES[error.reason].format(what=error.what),
        "GetWMIManagementException",
        "InvalidType" if error.reason == "no-class" else "InvalidArgument",
        exception="ManagementException",
        explain=explain,
    )


def _class_is_missing(call: Call, name: str) -> Explain:
    """Where the class is; else which there are."""
    if (home := finding.home_of(call.lab, name)) is not None:
        return "explain.wmi-class-elsewhere", {"namespace": home[0], "what": home[1]}
    namespace = finding.namespace_of(call.lab, call.args.Namespace)
    known = ", ".join(one.name for one in finding.classes_of(namespace))
    if known:
        return "explain.wmi-no-class", {"what": name, "known": known}
    return "explain.wmi-no-class-here", {"namespace": finding.namespaces(call.lab)[0]}


def bad_query(error: BadQuery) -> CmdletError:
    """What is said of a text that is no query."""
    return CmdletError(
        f"Invalid query: {error}",
        "GetWMIManagementException",
        "InvalidArgument",
        exception="ManagementException",
        explain=("explain.wmi-query", {"what": error.what, "place": error.place + 1}),
    )


def _get(call: Call) -> list[object]:
    args = call.args
    with RefusalsTold():
        vmms(call.lab).server.check_on()
    try:
        namespace = finding.namespace_of(call.lab, args.Namespace)
        if args.List:
            names = sorted(one.name for one in finding.classes_of(namespace))
            return [custom_object({"NameSpace": namespace.upper(), "Name": name}) for name in names]
        if args.Query is not None:
            properties, found = finding.ask(call.lab, namespace, args.Query)
        elif args.Class is not None:
            found = finding.select(call.lab, namespace, args.Class, args.Filter)
            properties = tuple(args.Property or ())
        else:
            raise CmdletError("Give -Class or -Query.", "MissingParameter", "InvalidArgument")
        if properties and properties != ("*",):
            return [_chosen(one, properties) for one in found]
        return objects_of(found)
    except NotInWmi as error:
        raise not_in_wmi(error, call) from None
    except BadQuery as error:
        raise bad_query(error) from None


def _chosen(one: Instance, properties: tuple[str, ...]) -> PSObject:
    """An object with some properties only, and its path."""
    names = {name.casefold(): name for name in one.kind.properties}
    fields: dict[str, object] = {"__PATH": one.path}
    for name in properties:
        if name.casefold() not in names:
            raise BadQuery(f"{one.kind.name} has no property '{name}'", 0)
        fields[names[name.casefold()]] = one.read(name)
    return custom_object(fields)


def _invoke(call: Call) -> Iterator[object]:
    args = call.args
    try:
        one = _target(call)
    except NotInWmi as error:
        raise not_in_wmi(error, call) from None
    methods = METHODS.get(one.kind.name, {})
    method = next((item for name, item in methods.items() if name.casefold() == args.Name.casefold()), None)
    if method is None:
        raise CmdletError(
            f'Invalid method "{args.Name}"',
            "InvokeWMIManagementException",
            "InvalidOperation",
            exception="ManagementException",
            explain=("explain.wmi-method", {"kind": one.kind.name, "known": ", ".join(methods) or "-"}),
        )
    if not call.should_process(one.path, f"Invoke-WmiMethod {args.Name}"):
        return
    given = args.ArgumentList
    if len(given) == 1 and isinstance(given[0], Hashtable):
        table = {str(key).casefold(): given[0][key] for key in given[0].keys()}  # noqa: SIM118
        arguments = {name: table.get(name.casefold()) for name in method.arguments}
    else:
        arguments = dict(zip(method.arguments, given, strict=False))
    yield call_method(one, method, arguments)


def _target(call: Call) -> Instance:
    args = call.args
    if isinstance(args.InputObject, PSObject):
        subject = args.InputObject.subject
        if isinstance(subject, Instance):
            return subject
        raise NotInWmi("no-object", str(args.InputObject))
    namespace = finding.namespace_of(call.lab, args.Namespace)
    if args.Path is not None:
        found = finding.find_path(call.lab, namespace, args.Path)
        if found is None:
            raise NotInWmi("no-object", args.Path)
        return found
    kind = finding.class_of(namespace, args.Class or "")
    for one in kind.all(call.lab, namespace):
        return one
    raise NotInWmi("no-object", args.Class or "")


_NAMESPACE = Parameter("Namespace", default=CIMV2)
CMDLETS = (
    Cmdlet(
        "Get-WmiObject",
        MODULE,
        (
            Parameter("Class", position=0),
            Parameter("Property", position=1, array=True),
            Parameter("Filter"),
            Parameter("Query"),
            _NAMESPACE,
            Parameter("List", "switch"),
        ),
        _get,
        aliases=("gwmi",),
        read_only=True,
        summary_id="help.Get-WmiObject",
    ),
    Cmdlet(
        "Invoke-WmiMethod",
        MODULE,
        (
            Parameter("Class", position=0),
            Parameter("Name", position=1, mandatory=True),
            Parameter("ArgumentList", "object", array=True, position=2, default=()),
            Parameter("Path"),
            Parameter("InputObject", "object", pipeline="value"),
            _NAMESPACE,
        ),
        _invoke,
        aliases=("iwmi",),
        supports_should_process=True,
        summary_id="help.Invoke-WmiMethod",
    ),
)
