"""Weights of evidence and what they decide, after Fellegi and Sunter (1969).

Each level of each comparison has a probability among records of one matter (m) and among others (u); its weight is
log2(m / u), in bits. The weights of a pair are added to the prior odds. From the upper bound on two records are joined,
below the lower one they stay apart, between them a person is asked.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log2
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from hub.casework.linking.features import Features
from hub.casework.linking.levels import COMPARISONS, JOINT, NUMBER_SHARED, SAME_NAME, SAME_NUMBERS, SAME_SOUND, compared
from hub.casework.linking.rows import Rows, picked, rows_of
from hub.errors import ConfigError

Decision = Literal["join", "ask", "apart"]
DECISIONS: Final[tuple[Decision, ...]] = ("apart", "ask", "join")

OWN = Path(__file__).with_name("weights.toml")


@dataclass(frozen=True, kw_only=True)
class Weights:
    """``levels`` holds (m, u) of each level of each comparison; ``prior`` and the bounds are bits.

    ``common_person`` and ``common_firm`` are how many records may bear a party's name before it tells less: each
    doubling above takes a bit away. ``uncounted_firm`` stands for a firm that nobody counted. ``person_place`` is the
    most that the same applicant and the same place say together: people have their disputes where they live.
    """

    levels: Mapping[str, Mapping[str, tuple[float, float]]]
    prior: float
    upper: float
    lower: float
    common_person: float
    common_firm: float
    uncounted_firm: float
    person_place: float

    @classmethod
    def load(cls, path: Path = OWN) -> "Weights":
        """Read a weights file. Raises ConfigError for one that is none or lacks a level."""
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
            levels = {
                comparison: {name: (float(pair["m"]), float(pair["u"])) for name, pair in each.items()}
                for comparison, each in told["levels"].items()
            }
            bits = {name: float(told[name]) for name in _BITS}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ConfigError(
                f"not a weights file ({type(problem).__name__}: {problem})", where=str(path),
                hint="write one anew with `hub case calibrate`",
            ) from None  # fmt: skip
        found = cls(levels=levels, **bits)
        found._check(path)
        return found

    def _check(self, path: Path) -> None:
        asked = {(comparison, name) for comparison, names in COMPARISONS.items() for name in names[1:]}
        told = {(comparison, name) for comparison, names in self.levels.items() for name in names}
        if asked != told:
            missing = ", ".join(".".join(each) for each in sorted(asked ^ told)[:5])
            raise ConfigError(f"levels that are missing or unknown: {missing}", where=str(path))
        if not all(0 < m <= 1 and 0 < u <= 1 for each in self.levels.values() for m, u in each.values()):
            raise ConfigError("a probability that is not above 0 and at most 1", where=str(path))
        if self.lower > self.upper:
            raise ConfigError("the lower bound is above the upper one", where=str(path))

    def toml(self) -> str:
        """The weights as a file that `load` reads."""
        lines = [
            "# Probabilities of each level of each comparison: m among pairs of one matter, u among others.",
            "# A level weighs log2(m / u) bits; the weights of a pair are added to the prior.",
            "# From `upper` on it is joined, from `lower` on a person is asked. What the rest means: docs/linking.md.",
            *(f"{name} = {getattr(self, name):.6g}" for name in _BITS),
        ]
        for comparison, names in COMPARISONS.items():
            lines += ["", f"[levels.{comparison}]"]
            pairs = ((name, *self.levels[comparison][name]) for name in names[1:])
            lines += [f"{name} = {{ m = {m:.6g}, u = {u:.6g} }}" for name, m, u in pairs]
        return "\n".join(lines) + "\n"

    @cached_property
    def bits(self) -> dict[str, NDArray[np.float32]]:
        """The weight of each level of each comparison, by its number; 0 for the first, which says nothing."""
        return {
            comparison: np.array(
                [0.0, *(log2(m / u) for m, u in (self.levels[comparison][name] for name in names[1:]))],
                dtype=np.float32,
            )
            for comparison, names in COMPARISONS.items()
        }


_NO_WORD = ("sides", "source")
"""Comparisons that speak against two records without a word about the matter."""

_BITS = ("prior", "upper", "lower", "common_person", "common_firm", "uncounted_firm", "person_place")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of a pair: the whole weight, its parts by ``comparison.level``, and what follows."""

    weight: float
    reasons: Mapping[str, float]
    decision: Decision

    @property
    def silent(self) -> bool:
        """Whether nothing keeps the two apart but that they tell too little: no contradiction of what joins them."""
        return self.decision == "apart" and all(
            weight >= 0 or name.partition(".")[0] in _NO_WORD for name, weight in self.reasons.items()
        )


class Scorer:
    """Weighs pairs of features. Term frequencies are in the features (see `features.seen_in`)."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    def score(self, pairs: Sequence[tuple[Features, Features]]) -> list[Verdict]:
        """One verdict for each pair, in order. Thousands at once cost little more than one."""
        if not pairs:
            return []
        # a record of a page is in many pairs: it is made a row once
        unique = {id(each): each for pair in pairs for each in pair}
        rows = rows_of(list(unique.values()))
        at = {key: number for number, key in enumerate(unique)}
        one = np.fromiter((at[id(a)] for a, _ in pairs), dtype=np.int64, count=len(pairs))
        other = np.fromiter((at[id(b)] for _, b in pairs), dtype=np.int64, count=len(pairs))
        return self.verdicts(*self.weigh(picked(rows, one), picked(rows, other)))

    def weigh(self, one: Rows, other: Rows) -> tuple["Weighed", NDArray[np.float32]]:
        """Levels and parts of the weight of each pair of rows, and the whole weight."""
        levels = compared(one, other)
        bits = self.weights.bits
        parts = {comparison: bits[comparison][found] for comparison, found in levels.items()}
        for side in ("applicants", "respondents"):
            parts[side] = self._rarer(parts[side], levels[side], one[side], other[side])
        placed = (levels["applicants"] <= SAME_SOUND) & (levels["applicants"] > 0) & (parts["place"] > 0)
        most = np.maximum(self.weights.person_place - parts["applicants"], 1)
        parts["place"] = np.where(placed, np.minimum(parts["place"], most), parts["place"]).astype(np.float32)
        whole = np.full(len(one), self.weights.prior, dtype=np.float32)
        for part in parts.values():
            whole += part
        return Weighed(levels, parts), whole

    def decisive(self, weighed: "Weighed", whole: NDArray[np.float32]) -> NDArray[np.float32]:
        """The weight a pair is decided by. Two that share a number are asked about at least, however else they differ:
        somebody has mistaken one."""
        shared = weighed.levels["number"] == NUMBER_SHARED
        return np.where(shared, np.maximum(whole, self.weights.lower), whole)

    def decide(self, weighed: "Weighed", whole: NDArray[np.float32]) -> NDArray[np.int8]:
        """Numbers of `DECISIONS`."""
        decisive, weights = self.decisive(weighed, whole), self.weights
        return ((decisive >= weights.lower).astype(np.int8) + (decisive >= weights.upper)).astype(np.int8)

    def verdicts(self, weighed: "Weighed", whole: NDArray[np.float32]) -> list[Verdict]:
        """Verdicts of weighed pairs."""
        decisions = self.decide(weighed, whole).tolist()
        found: list[dict[str, float]] = [{} for _ in decisions]
        for comparison, levels in weighed.levels.items():
            names = [f"{comparison}.{name}" for name in COMPARISONS[comparison]]
            for reasons, number, weight in zip(
                found, levels.tolist(), weighed.parts[comparison].astype(np.float64).round(2).tolist(), strict=True
            ):
                if number and weight:
                    reasons[names[number]] = weight
        return [
            Verdict(weight, reasons, DECISIONS[decision])
            for weight, reasons, decision in zip(
                whole.astype(np.float64).round(2).tolist(), found, decisions, strict=True
            )
        ]

    def _rarer(self, part: NDArray[np.float32], levels: NDArray[np.int8], one: Any, other: Any) -> NDArray[np.float32]:
        """Agreement on a party that many matters have tells less; never less than nothing."""
        weights = self.weights
        seen = np.maximum(one["seen"].max(axis=1), other["seen"].max(axis=1)).astype(np.float32)
        firm = ((one["natural"] == 2).any(axis=1) | (other["natural"] == 2).any(axis=1)) & (levels != JOINT)
        named = (levels == SAME_NAME) | (levels == SAME_SOUND)
        numbered = (levels >= SAME_NUMBERS) & (levels < SAME_NAME)
        seen = np.where(firm & (seen == 0), weights.uncounted_firm, seen)
        usual = np.where(firm, weights.common_firm, weights.common_person)
        less = np.log2(np.maximum(seen / usual, 1)).astype(np.float32)
        less = np.where(firm & (named | numbered) | named, less, 0)
        return np.where(less > 0, np.maximum(part - less, np.minimum(part, 0.5)), part).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Levels and weights of each comparison, pair by pair."""

    levels: Mapping[str, NDArray[np.int8]]
    parts: Mapping[str, NDArray[np.float32]]

    @property
    def silent(self) -> NDArray[np.bool_]:
        """As `Verdict.silent`, of pairs that are apart."""
        speaks = [part for comparison, part in self.parts.items() if comparison not in _NO_WORD]
        told: NDArray[np.bool_] = np.min(speaks, axis=0) >= 0
        return told
