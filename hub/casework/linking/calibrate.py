"""Weights out of a store's own history: Splink on DuckDB estimates them without labels, and checks the online scorer.

What DuckDB is given are the levels of compared pairs, small integers: no name, no number and no hash of one is in it.
Each pair is two rows that share its number, one of them with the levels; the rows meet by Splink's blocking and its
expectation maximisation finds m and u of every level among pairs that share a key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from math import log2
from pathlib import Path
from secrets import token_bytes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.casework.linking.bulk import Linking
from hub.casework.linking.features import Features
from hub.casework.linking.levels import COMPARISONS
from hub.casework.linking.score import Weights
from hub.errors import ConfigError
from schemas.identity import KeyedHash, keyed_hash

MOST_PAIRS = 300_000
LEAST_PAIRS = 200  # of either class, as the weights at hand see it, to begin from
_SUPPORT = 20  # pairs that reach a level before its estimate counts
_BITS = 13.0  # no single level says more: a small history shows no counter-example to many things
_UPPER, _LOWER = 0.97, 0.2  # probabilities from which pairs are joined, and asked about
_ITERATIONS = 25
_FIXED = frozenset(("number",))  # an explicit reference joins; how often it is missing tells nothing of that

Counts = dict[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was estimated from ``pairs`` pairs of ``records`` records.

    ``estimated`` levels of all have weights of their own now, the others keep theirs. ``correlation`` is that of
    Splink's weights of the pairs with those the scorer gave them before; ``agreement`` the share of pairs that both
    would join, or both would not; ``agreement_after`` the same with the new weights.
    """

    weights: Weights
    records: int
    pairs: int
    estimated: int
    levels: int
    correlation: float
    agreement: float
    agreement_after: float

    def told(self) -> dict[str, Any]:
        """The figures, for a person or as JSON."""
        return {
            "records": self.records,
            "pairs": self.pairs,
            "levels_estimated": f"{self.estimated} of {self.levels}",
            "correlation": round(self.correlation, 3),
            "agreement": round(self.agreement, 4),
            "agreement_after": round(self.agreement_after, 4),
            "prior": round(self.weights.prior, 2),
        }

    def write(self, path: Path) -> None:
        """Write the weights as a file that `Weights.load` reads."""
        path.write_text(self.weights.toml(), encoding="utf-8")


def calibrate(features: Iterable[Features], weights: Weights, *, keyed: KeyedHash | None = None) -> Calibration:
    """Estimate weights from all history, beginning with those at hand.

    Raises ConfigError when Splink is not installed, and when the history has too few pairs to learn from.
    """
    if find_spec("splink") is None or find_spec("duckdb") is None:
        raise ConfigError("splink is not installed", hint='pip install "yiwang[linking]"')
    with Linking(features, weights, keyed=keyed or keyed_hash(token_bytes(32), "BLAKE2b")) as linking:
        levels, whole, parts = _sampled(linking)
        records = linking.records
    sure, surely_not = whole >= weights.upper, whole < weights.lower
    if min(sure.sum(), surely_not.sum()) < LEAST_PAIRS:
        raise ConfigError(
            f"too little history: {sure.sum()} pairs seem to be of one matter and {surely_not.sum()} of two",
            hint=f"{LEAST_PAIRS} of each are needed; until then the weights that come with the hub do",
        )
    prior, found, told = _estimated(levels, sure, surely_not)
    kept: dict[str, Mapping[str, tuple[float, float]]] = {}
    estimated = 0
    for comparison, names in COMPARISONS.items():
        support = np.bincount(levels[comparison], minlength=len(names))
        mine = dict(weights.levels[comparison])
        for number, name in enumerate(names[1:], 1):
            if support[number] >= _SUPPORT and (comparison, number) in found:
                mine[name] = _limited(*found[comparison, number])
                estimated += 1
        kept[comparison] = mine
    new = replace(weights, levels=kept, prior=prior, upper=_odds(_UPPER), lower=_odds(_LOWER))
    after = np.full(len(whole), prior, dtype=np.float32)
    for comparison, bits in new.bits.items():
        after += bits[levels[comparison]]
    joins = told >= new.upper
    return Calibration(
        weights=new, records=records, pairs=len(whole), estimated=estimated,
        levels=sum(len(names) - 1 for names in COMPARISONS.values()),
        correlation=float(np.corrcoef(told, parts)[0, 1]),
        agreement=float((joins == sure).mean()), agreement_after=float((joins == (after >= new.upper)).mean()),
    )  # fmt: skip


def _sampled(linking: Linking) -> tuple[Counts, NDArray[np.float32], NDArray[np.float32]]:
    """Levels of compared pairs, at most `MOST_PAIRS` of them, their weight and the weight without any limit."""
    chunks: dict[str, list[NDArray[np.int8]]] = {comparison: [] for comparison in COMPARISONS}
    wholes = []
    for levels, whole in linking.agreements():
        for comparison, found in levels.items():
            chunks[comparison].append(found)
        wholes.append(whole)
    whole = np.concatenate(wholes) if wholes else np.empty(0, dtype=np.float32)
    picked = np.arange(len(whole))
    if len(whole) > MOST_PAIRS:
        picked = np.sort(np.random.default_rng(0).choice(len(whole), MOST_PAIRS, replace=False))
    told = {
        comparison: (np.concatenate(each) if each else np.empty(0, dtype=np.int8))[picked].astype(np.int64)
        for comparison, each in chunks.items()
    }
    return told, whole[picked], np.clip(whole[picked], -30, 30)


def _estimated(
    levels: Counts, sure: NDArray[np.bool_], surely_not: NDArray[np.bool_]
) -> tuple[float, dict[tuple[str, int], tuple[float, float]], NDArray[np.float64]]:
    """Splink's prior odds in bits, its (m, u) by comparison and level, and its weight of each pair."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from splink import Linker, SettingsCreator  # noqa: PLC0415 - an extra
    from splink.backends.duckdb import DuckDBAPI  # noqa: PLC0415 - an extra

    real = len(sure)
    levels = {name: found for name, found in levels.items() if name not in _FIXED}
    levels, sure, surely_not = _smoothed(levels, sure, surely_not)
    count = len(sure)
    pair = pa.array(np.arange(count))
    left = {"unique_id": pair, "pair": pair, **{name: pa.array(found) for name, found in levels.items()}}
    right = {"unique_id": pair, "pair": pair, **{name: pa.array(np.zeros(count, np.int64)) for name in levels}}
    database = DuckDBAPI()
    tables = [
        database.register(pa.table(table), dataset_display_name=name) for name, table in (("a", left), ("b", right))
    ]
    used = {name: sorted(set(found[found > 0].tolist())) for name, found in levels.items()}
    used = {name: numbers for name, numbers in used.items() if len(numbers) > 1}
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[_comparison(name, numbers, levels[name], sure, surely_not) for name, numbers in used.items()],
        blocking_rules_to_generate_predictions=["l.pair = r.pair"],  # type: ignore[list-item]
        probability_two_random_records_match=float(np.clip(sure.mean(), 0.001, 0.999)),
        max_iterations=_ITERATIONS,
        retain_matching_columns=False,
        additional_columns_to_retain=["pair"],
    )
    linker = Linker(tables, settings, log_level=None)
    session = linker.training.estimate_parameters_using_expectation_maximisation(
        "l.pair = r.pair",
        fix_u_probabilities=False,
        populate_probability_two_random_records_match_from_trained_values=True,
    )
    share = session.core_model_settings.probability_two_random_records_match
    found = {}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        name = comparison["output_column_name"]
        for number, each in zip(used[name], comparison["comparison_levels"][1:], strict=True):
            if "m_probability" in each and "u_probability" in each:
                found[name, number] = (each["m_probability"], each["u_probability"])
    predicted = linker.inference.predict()
    rows = predicted.as_duckdbpyrelation().select("pair_l, match_weight").fetchnumpy()
    told = np.empty(count)
    told[rows["pair_l"]] = rows["match_weight"]
    return _odds(share), found, told[:real]


def _smoothed(
    levels: Counts, sure: NDArray[np.bool_], surely_not: NDArray[np.bool_]
) -> tuple[Counts, NDArray[np.bool_], NDArray[np.bool_]]:
    """The pairs and, for each level that was met, one more of either class that reaches it.

    Without them a level that only pairs of one class reach would have a probability of 0 in the other. All else in such
    a pair is what its class shows most of all.
    """
    met = {name: np.unique(found[found > 0]).tolist() for name, found in levels.items()}
    typical: list[dict[str, int]] = []
    for of, against in ((sure, surely_not), (surely_not, sure)):
        odds = {
            name: (np.bincount(found[of], minlength=64)[met[name]] + 0.1)
            / (np.bincount(found[against], minlength=64)[met[name]] + 0.1)
            for name, found in levels.items()
        }
        typical.append({name: met[name][int(each.argmax())] if met[name] else 0 for name, each in odds.items()})
    more = [each | {name: number} for each in typical for name, numbers in met.items() for number in numbers]
    likely = np.arange(len(more)) < len(more) // 2
    return (
        {name: np.append(found, [each[name] for each in more]) for name, found in levels.items()},
        np.append(sure, likely),
        np.append(surely_not, ~likely),
    )


def _comparison(
    name: str, numbers: list[int], found: NDArray[np.int64], sure: NDArray[np.bool_], surely_not: NDArray[np.bool_]
) -> Any:
    """One comparison for Splink: its levels that were met, beginning with how often the weights at hand see them."""
    from splink import comparison_level_library as level  # noqa: PLC0415 - an extra
    from splink import comparison_library as comparison  # noqa: PLC0415 - an extra

    among = [(np.bincount(found[of], minlength=max(numbers) + 1)[numbers] + 1.0) for of in (sure, surely_not)]
    m, u = (counts / counts.sum() for counts in among)
    conditions = [level.CustomLevel(f"{name}_l = {number}") for number in numbers[:-1]]
    levels: list[Any] = [level.CustomLevel(f"{name}_l = 0").configure(is_null_level=True)]
    for at, each in enumerate([*conditions, level.ElseLevel()]):
        levels.append(each.configure(m_probability=float(m[at]), u_probability=float(u[at])))
    return comparison.CustomComparison(levels, output_column_name=name)


def _limited(m: float, u: float) -> tuple[float, float]:
    """Both above 0, and neither outweighing the other by more than `_BITS`."""
    least = 2.0**-_BITS
    m, u = max(m, least * 1e-3), max(u, least * 1e-3)
    return min(1.0, max(m, u * least)), min(1.0, max(u, m * least))


def _odds(probability: float) -> float:
    return log2(probability / (1 - probability))
