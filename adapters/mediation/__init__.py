"""Adapters for mediation bodies."""
