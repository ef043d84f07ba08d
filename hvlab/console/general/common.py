"""What the general cmdlets share."""

from __future__ import annotations

from hvlab.console.cmdlets import Call, Parameter
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.views import Invoke

CORE = "Microsoft.PowerShell.Core"
UTILITY = "Microsoft.PowerShell.Utility"
MANAGEMENT = "Microsoft.PowerShell.Management"

INPUT = Parameter("InputObject", "object", pipeline="value", allow_null=True)


def invoker(call: Call) -> Invoke:
    """How to run a script block with a record in ``$_``."""

    def invoke(block: ScriptBlock, record: object) -> list[object]:
        return call.invoke(block, item=record)

    return invoke
