"""Meaning: drafts become records (`normalize`), source codes and texts become taxonomy items (`mapper`)."""
