"""The wires of the lab, by name. A new wire is one module and one line here."""

from conformance.lab.wire import Wire
from conformance.lab.wires.dispute_code import DisputeCode
from conformance.lab.wires.four_platforms import FourPlatforms
from conformance.lab.wires.mobile_court import MobileCourt
from conformance.lab.wires.open311 import Open311
from conformance.lab.wires.zhelifang import Zhelifang

WIRES: dict[str, type[Wire]] = {
    wire.name: wire for wire in (MobileCourt, Zhelifang, DisputeCode, FourPlatforms, Open311)
}
