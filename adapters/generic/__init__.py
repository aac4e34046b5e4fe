"""Adapters that know no system: a mapping file tells what a source's columns mean."""
