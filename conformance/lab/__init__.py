"""The lab: simulated sources that speak the wires of real ones, over HTTP on loopback, with a dial of faults."""

from conformance.lab.faults import FAULTS, Fault
from conformance.lab.lab import ALL, Lab, sample_rows
from conformance.lab.rows import RawRow, Row, Rows

__all__ = ["ALL", "FAULTS", "Fault", "Lab", "RawRow", "Row", "Rows", "sample_rows"]
