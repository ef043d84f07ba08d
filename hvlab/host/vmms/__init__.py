"""The virtual machine management service: it keeps the virtual machines and starts and stops them.

One component (`Vmms`), told in layers, each of which may ask those below it: `book` (the machines
and their settings), `drives`, `standing` (pause and save), `snapshotting`, `starting`, and
`service`, where the host itself goes and comes.
"""

from hvlab.host.vmms.service import Vmms

__all__ = ["Vmms"]
