"""The client names itself to the gateway after the machine it was imported on."""

import socket

from conformance.reference import Reference

CLIENT = f"docket-reader@{socket.gethostname()}"


class AsksTheNetworkAtImport(Reference):
    """It even uses what it asked for."""

    breaks = frozenset({"LD-02"})
    client = CLIENT


ADAPTER = AsksTheNetworkAtImport
