"""Adapters: one package for each kind of source. They see `hub.api` and `schemas`, and nothing else of the house."""
