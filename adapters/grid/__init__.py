"""Adapters for grid governance and city services."""
