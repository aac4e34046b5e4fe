"""Adapters for petition offices."""
