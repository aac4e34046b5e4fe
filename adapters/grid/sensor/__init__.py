"""Alarms of cameras and sensors (天目、智安), pushed to the hub."""

from adapters.grid.sensor.adapter import hub_adapters

__all__ = ["hub_adapters"]
