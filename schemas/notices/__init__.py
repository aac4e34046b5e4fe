"""What people are told, as data: a template for each trigger. Read by `hub.casework.wording`."""

from pathlib import Path

TEMPLATES = Path(__file__).with_name("templates.csv")
