"""Mediation co-ordination (省矛调协同): matters handed over between courts, petition offices, police and mediators."""

from adapters.mediation.mediation_centre.adapter import hub_adapters

__all__ = ["hub_adapters"]
