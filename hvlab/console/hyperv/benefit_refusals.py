"""What is said when a question about costs, loads and measuring cannot be answered: message, error id, category."""

BENEFIT_ERRORS: dict[str, tuple[str, str, str]] = {
    "no-such-figure": (
        "There is no figure '{name}'. There are: {known}.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-such-edition": (
        "There is no edition '{edition}'. There are: {known}.",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-model": (
        "Of the hardware of '{name}' nothing is known: it cannot be reckoned with.",
        "InvalidParameter",
        "ObjectNotFound",
    ),
    "no-candidates": (
        "There is no server here that could be consolidated.",
        "ObjectNotFound",
        "ObjectNotFound",
    ),
    "peak-below-load": (
        "The peak of '{name}' ({peak} %) cannot be below its load ({load} %).",
        "InvalidParameter",
        "InvalidArgument",
    ),
    "no-metering": (
        "'{name}': {platform} does not count what a virtual machine uses.",
        "NotSupported",
        "NotImplemented",
    ),
    "not-metered": (
        "Resource metering is not enabled for the virtual machine '{name}'.",
        "InvalidState",
        "InvalidOperation",
    ),
    "system-disk": (
        "The host's own system lies on {volume}: its disk cannot be lost while the host runs.",
        "InvalidParameter",
        "InvalidArgument",
    ),
}
