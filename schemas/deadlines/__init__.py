"""Deadlines as data: rules, the stages they run for, the days off and worked in China, and the ladder of urging
(docs/deadlines.md)."""

from pathlib import Path
from typing import Final

RULES: Final = Path(__file__).with_name("rules.csv")
HOLIDAYS: Final = Path(__file__).with_name("holidays.csv")
LADDER: Final = Path(__file__).with_name("ladder.csv")
STAGES: Final = Path(__file__).with_name("stages.csv")
