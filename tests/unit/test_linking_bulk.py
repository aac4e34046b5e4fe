"""All history at once: the same verdicts and groups as pair by pair, nothing clear on disk, weights out of history."""

import ast
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from linking import KEYED, LEAK, WAGES, citizen, record, who

from bench.linking import febrl, files
from bench.linking.figures import Figures, exact_keys, figures, labels
from bench.linking.matters import STRATA
from bench.linking.telling import tellings
from hub.casework.linking import calibrate as calibrating
from hub.casework.linking.bulk import Counts, Linking, link_all
from hub.casework.linking.calibrate import calibrate
from hub.casework.linking.features import Features, phone_key, seen_in, who_key
from hub.casework.linking.groups import components, gather, grouped, pairs_within
from hub.casework.linking.keys import block_keys_of
from hub.casework.linking.pairing import COMMON_NUMBER
from hub.casework.linking.rows import rows_of
from hub.casework.linking.score import Scorer, Weights
from hub.casework.linking.spill import Parts, Shelf
from hub.errors import ConfigError

BENCH = Path(__file__).parents[2] / "bench" / "linking"
SEED = 31
WEIGHTS = Weights.load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("linking")
    files.write(made, 2_500, SEED)
    return made


@pytest.fixture(scope="module")
def told(folder: Path) -> list[Features]:
    return [files.features(line) for line in files.lines(folder)]


KEY = files.keyed_hash(files.KEY, "BLAKE2b")


def test_bulk_says_what_the_scorer_says(told: list[Features]) -> None:
    """Term frequencies too: bulk counts parties by their names, as an index would."""
    some = told[:600]
    seen: dict[bytes, int] = {}
    for each in some:
        for party in (*each.applicants, *each.respondents):
            for key in (who_key(party, KEY), phone_key(party, KEY)):
                seen[key] = seen.get(key, 0) + 1
    counted = {each.ref: seen_in(each, KEY, lambda key: found if (found := seen[key]) > 2 else 1) for each in some}
    found = list(link_all(some, WEIGHTS, keyed=KEY))
    assert len(found) > 300
    assert all(one < other and verdict.decision != "apart" for one, other, verdict in found)
    again = Scorer(WEIGHTS).score([(counted[one], counted[other]) for one, other, _ in found])
    assert [verdict for _, _, verdict in found] == again


def test_bulk_groups_are_those_of_gather(told: list[Features]) -> None:
    """Where every pair that shares a key is within its window, and all others of a group are looked at."""
    some = [each for each in told if not each.source.startswith("court")][:400]
    with Linking(some, WEIGHTS, keyed=KEY) as linking:
        groups = sorted(linking.groups())
        counts = linking.counts
        again = sorted(linking.groups())
    keys = dict(zip((each.ref for each in some), map(set, block_keys_of(some, KEY)), strict=True))
    pairs = [(a, b) for a, b in combinations(some, 2) if keys[a.ref] & keys[b.ref]]
    told_of = Scorer(WEIGHTS).score(pairs)
    plain = gather((a.ref, b.ref, verdict) for (a, b), verdict in zip(pairs, told_of, strict=True))
    same = set(plain) & set(groups)
    assert len(same) > 0.95 * len(plain) > 50
    assert counts.records == 400
    assert counts.joined + counts.asked <= counts.compared
    assert again == groups


def test_other_processes_find_the_same(folder: Path) -> None:
    def run(workers: int) -> list[tuple[tuple[str, int], ...]]:
        with Linking(files.parts(folder), WEIGHTS, keyed=KEY, workers=workers) as linking:
            return sorted(linking.groups())

    assert run(2) == run(0)


def test_parts_of_a_file_hold_each_line_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PART", 4_321)
    refs = [ref for part in files.parts(folder) for prepared in part() for ref in prepared.refs]
    assert sorted(refs) == sorted((files.HOME, number) for number in range(1, len(refs) + 1))


def test_nothing_is_linked_out_of_nothing() -> None:
    with Linking([], WEIGHTS, keyed=KEYED) as linking:
        assert list(linking.groups()) == []
        assert list(linking.verdicts()) == []
        assert linking.counts == Counts(0, 0, 0, 0)


def test_a_number_that_many_bear_joins_nobody() -> None:
    def run(count: int) -> int:
        some = [record(source=f"s{number}", numbers=["PC20260001"]) for number in range(count)]
        with Linking(some, WEIGHTS, keyed=KEYED) as linking:
            return len(list(linking.groups()))

    assert run(COMMON_NUMBER) == 1
    assert run(COMMON_NUMBER + 1) == 0


def test_a_number_that_many_bear_does_not_speak_for_what_else_looks_alike() -> None:
    def run(count: int) -> int:
        regions = ("330106007000", "330110005000", "330281103000")
        some = [record(who("王五"), region=regions[at % 3], numbers=["PC20260001"]) for at in range(count)]
        with Linking(some, WEIGHTS, keyed=KEYED) as linking:
            return len(list(linking.groups()))

    assert run(3) == 1
    assert run(COMMON_NUMBER + 1) == 0


def test_the_ends_of_a_chain_are_compared_too() -> None:
    """The first and the last share no key, and are two people in two counties."""
    first = record(who("王五", id_number=citizen(1)), region="330106007000", numbers=["XF2026000001"], detail=LEAK)
    last = record(who("赵六", id_number=citizen(40)), region="330281103000", numbers=["XF2026000002"], detail=WAGES)
    between = record(numbers=["XF2026000001", "XF2026000002"])
    with Linking([first, between, last], WEIGHTS, keyed=KEYED) as linking:
        groups = list(linking.groups())
    assert len(groups) == 1
    assert len(groups[0]) == 2


def test_a_crowd_of_one_matter_is_one_group() -> None:
    people = [
        record(
            who(f"工友{chr(0x4E00 + at)}"),
            who("虚拟宏远建设有限公司", "2", kind="2"),
            address="古荡街道文三路8号",
            detail=WAGES,
        )
        for at in range(150)
    ]
    with Linking(people, WEIGHTS, keyed=KEYED) as linking:
        assert [len(group) for group in linking.groups()] == [150]


@pytest.mark.parametrize("given", [("建国", "美丽", "小红", "大伟", "志强"), ("女士", "先生", "某", "某某", "阿姨")])
def test_the_phone_of_a_desk_makes_no_case(given: tuple[str, ...]) -> None:
    names = [f"{surname}{each}" for surname in "赵钱孙李周吴" for each in given]
    calls = [
        record(who(name, phone="13800000001"), source="hotline", region="330106007000", item="D0203",
               opened=f"2026-03-{1 + at % 20:02}T01:00:00Z",
               detail="来电人反映其居住小区夜间噪音扰民问题严重影响休息，请相关部门核实处理并回复。")
        for at, name in enumerate(names)
    ]  # fmt: skip
    with Linking(calls, WEIGHTS, keyed=KEYED) as linking:
        assert list(linking.groups()) == []


def test_rows_on_disk_are_sealed() -> None:
    shelf = Shelf()
    rows = rows_of([record(who("王五", id_number=citizen(1), phone="13800001111"), detail=LEAK) for _ in range(3)])
    assert citizen(1).encode() in rows.tobytes()
    shelf.put(rows[:2])
    shelf.put(rows[2:])
    shelf._file.seek(0)
    raw = shelf._file.read()
    assert citizen(1).encode() not in raw
    assert "王五".encode("utf-16-le") not in raw
    assert shelf.take(0, 2).tobytes() == rows.tobytes()
    assert shelf.starts == [0, 2, 3]
    shelf.close()


def test_parts_give_back_what_was_put() -> None:
    parts = Parts(3, np.dtype("<u8"))
    parts.put(np.array([2, 0, 2]), np.array([5, 6, 7], dtype="<u8"))
    parts.put(np.array([0]), np.array([8], dtype="<u8"))
    assert [parts.take(number).tolist() for number in range(3)] == [[6, 8], [], [5, 7]]
    assert parts.take(2).tolist() == []


def test_components_and_what_is_within_them() -> None:
    label = components(np.array([0, 4, 2]), np.array([4, 6, 3]), 8)
    assert label.tolist() == [0, 1, 2, 2, 0, 5, 0, 7]
    assert [divmod(code, 2**32) for code in pairs_within(label).tolist()] == [(0, 4), (0, 6), (4, 6)]
    edges = np.array(
        [(0, 4, 9), (4, 6, 5), (0, 6, -12), (2, 3, 1)], dtype=[("one", "u4"), ("other", "u4"), ("weight", "f4")]
    )
    assert sorted(map(sorted, grouped(edges, 8))) == [[0, 4], [2, 3]]


# weights out of history


def test_calibration_needs_splink_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"yiwang\[linking\]"):
        calibrate([], WEIGHTS)


def test_calibration_needs_history(told: list[Features]) -> None:
    with pytest.raises(ConfigError, match="too little history"):
        calibrate(told[:100], WEIGHTS, keyed=KEY)


def test_splink_agrees_with_the_scorer(told: list[Features], tmp_path: Path) -> None:
    found = calibrate(told, WEIGHTS, keyed=KEY)
    assert found.correlation > 0.8
    assert found.agreement > 0.9
    assert 0 < found.estimated < found.levels
    assert found.weights.levels["number"] == WEIGHTS.levels["number"]
    for comparison, level in (("applicants", "other_name"), ("text", "template"), ("opened", "years")):
        m, u = found.weights.levels[comparison][level]
        assert m < u, level
    found.write(tmp_path / "weights.toml")
    assert Weights.load(tmp_path / "weights.toml").toml() == found.weights.toml()
    assert found.told()["records"] == len(told)


# the bench


def test_the_generator_shares_no_code_with_the_linker() -> None:
    for name in ("world", "matters", "telling"):
        tree = ast.parse((BENCH / f"{name}.py").read_text(encoding="utf-8"))
        modules = {
            *(node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)),
            *(alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names),
        }
        assert modules, name
        assert not [module for module in modules if module.startswith("hub")], name


def test_the_generator_tells_the_same_for_a_seed_and_every_stratum() -> None:
    def some(seed: int) -> list[tuple[object, ...]]:
        return [tuple(each) for each in tellings(300, seed)]

    assert some(1) == some(1) != some(2)
    told = list(tellings(4_000, 5))
    assert {each.stratum for each in told} == set(STRATA)
    assert [each.id for each in told] == list(range(1, len(told) + 1))


def test_two_matters_in_five_lack_a_number_somewhere(folder: Path) -> None:
    assert files.read_truth(folder).without_number() >= 0.4


def _pairs(label: list[int]) -> Iterator[tuple[int, int]]:
    return ((a, b) for a, b in combinations(range(1, len(label)), 2) if label[a] == label[b])


def test_figures_count_pairs() -> None:
    matter = np.array([0, 1, 1, 1, 2, 2, 3])
    label = labels([[1, 2, 4], [5, 6]], 6)
    made, real = set(_pairs(label.tolist())), set(_pairs(matter.tolist()))
    assert figures(label, matter) == Figures(len(made & real), len(made), len(real)) == (1, 4, 4)
    of = np.array([False, False, False, False, False, False, True])
    assert figures(label, matter, of) == (0, 1, 0)
    assert figures(labels([], 6), matter).precision == 1.0


def test_the_linker_beats_exact_keys_by_far(folder: Path) -> None:
    truth = files.read_truth(folder)
    with Linking(files.parts(folder), WEIGHTS, keyed=KEY) as linking:
        groups = [[number for _, number in group] for group in linking.groups()]
    count = len(truth.matter) - 1
    found = figures(labels(groups, count), truth.matter)
    baseline = figures(labels(exact_keys(files.lines(folder)), count), truth.matter)
    assert found.precision >= 0.99
    assert found.recall >= 0.95
    assert baseline.f1 < 0.9 < found.f1 - 0.05


@pytest.mark.data
def test_febrl_is_linked() -> None:
    found = febrl.run(KEY, WEIGHTS)
    if found is None:
        pytest.skip(f"{febrl.FILE} is not there")
    assert found.f1 >= 0.998


def test_febrl_may_be_missing(tmp_path: Path) -> None:
    assert febrl.run(KEY, WEIGHTS, tmp_path / "none.csv") is None
