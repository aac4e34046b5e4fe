"""Adapters for courts."""
