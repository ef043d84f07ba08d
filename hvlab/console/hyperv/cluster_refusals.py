"""How the refusals of failover clusters read; joined with the host's own in `refusals`."""

from __future__ import annotations

CLUSTER_ERRORS: dict[str, tuple[str, str, str]] = {
    "no-cluster": (
        "The cluster service is not running: this server is not in a cluster.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "cluster-exists": (
        "The servers are in the cluster '{name}' already.",
        "ResourceExists",
        "ResourceExists",
    ),
    "no-cluster-here": (
        "Failover clustering is not available on {platform}.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "no-clustering": (
        "The server '{node}' cannot be a node: the feature Failover Clustering is not installed.",
        "InvalidOperation",
        "NotInstalled",
    ),
    "limit-cluster-nodes": (
        "The cluster cannot have {asked} nodes: the maximum is {limit}.",
        "InvalidOperation",
        "LimitsExceeded",
    ),
    "node-already": ("'{node}' is a node of '{cluster}' already.", "ResourceExists", "ResourceExists"),
    "node-silent": ("The node '{node}' does not answer.", "ResourceUnavailable", "ResourceUnavailable"),
    "no-such-node": ("The cluster has no node '{node}'.", "ObjectNotFound", "ObjectNotFound"),
    "no-other-node": (
        "'{name}' cannot be moved: there is no other node.",
        "InvalidOperation",
        "ObjectNotFound",
    ),
    "no-such-group": ("The cluster '{cluster}' has no group '{name}'.", "ObjectNotFound", "ObjectNotFound"),
    "group-already": ("'{name}' is a group of '{cluster}' already.", "ResourceExists", "ResourceExists"),
    "group-busy": ("The group '{name}' is being moved.", "ResourceBusy", "ResourceBusy"),
    "already-there": (
        "The group '{name}' is on the node '{node}' already.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "files-not-shared": (
        "'{name}' cannot be made highly available: '{path}' is not on a disk of the cluster.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "lun-taken": (
        "'{name}' cannot be made highly available by itself: '{other}' uses the disk {disk} too.",
        "InvalidOperation",
        "ResourceBusy",
    ),
    "no-witness": ("There is no disk that could vote.", "ObjectNotFound", "ObjectNotFound"),
    "node-platform": (
        "The computer '{node}' cannot be joined to the cluster '{cluster}': it runs {platform}, the cluster {own}.",
        "InvalidOperation",
        "InvalidArgument",
    ),
    "no-live-migration": (
        "'{name}' cannot be moved while it runs: live migration is not available on {platform}.",
        "InvalidOperation",
        "NotImplemented",
    ),
    "no-room-there": (
        "'{name}' cannot be moved to '{node}': there is not enough memory.",
        "InvalidOperation",
        "ResourceUnavailable",
    ),
    "local-disc": (
        "'{name}' cannot be moved while it runs: '{path}' is in its DVD drive.",
        "InvalidOperation",
        "InvalidOperation",
    ),
    "no-client": ("Nobody pings.", "ObjectNotFound", "ObjectNotFound"),
    "no-such-client": (
        "There is no computer '{name}' on the physical network.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "bad-ping-address": ("'{address}' is no IP address.", "InvalidParameter", "InvalidArgument"),
    "vm-version": (
        "The configuration version {version} is not supported on this host.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "only-in-a-cluster": (
        "'{name}' cannot be moved: its files are not on storage that both hosts reach.",
        "InvalidOperation",
        "InvalidOperation",
    ),
}
