"""A whole store has no findings, each damage has its own; a backup brings back the same store or nothing."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from filling import Filler, dispute
from sqlalchemy import text
from world import NewUrl

from hub.batch import Refusal
from hub.errors import StoreError
from hub.store import migrate, read
from hub.store.backup import MANIFEST, backup, read_manifest, restore
from hub.store.database import Database
from hub.store.maintain import EXAMPLES, check
from hub.store.show import raw_bytes, show
from hub.store.vault import Keyring

PHONE = "13800000001"


@pytest.fixture
def filled(database: Database, keyring: Keyring) -> Database:
    """Two sources, a second version, a rejection, a rotated key."""
    filler = Filler(database, keyring)
    filler.page(
        dispute("1", phone=PHONE), dispute("2", ref="P1"), refusals=(Refusal(2, b"3", "key.missing", "key", "no"),)
    )
    keyring.rotate()
    filler.page(dispute("1", revision=2, phone=PHONE))
    filler.page(dispute("1"), source="petition", home="330110")
    return database


def _do(database: Database, *statements: str) -> None:
    with database.transaction() as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0


def test_a_whole_store_has_no_findings(filled: Database, keyring: Keyring) -> None:
    assert check(filled, keyring) == []


def test_an_empty_store_has_no_findings(database: Database, keyring: Keyring) -> None:
    assert check(database, keyring) == []


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (["DELETE FROM version WHERE home = '331024' AND record = 1 AND version = 2"],
         {"record.no_version", "link.orphan"}),
        (["DELETE FROM record WHERE home = '331024' AND id = 2"], {"version.no_record"}),
        (["UPDATE record SET version = 1 WHERE home = '331024' AND id = 1"], {"version.no_record"}),
        (["UPDATE version SET raw = 77 WHERE home = '331024' AND version = 2"], {"version.no_raw"}),
        (["UPDATE version SET item_no = 9 WHERE home = '331024' AND version = 2"], {"version.no_raw"}),
        (["UPDATE rejection SET raw = 77"], {"rejection.no_raw"}),
        (["UPDATE record SET subjects = substr(subjects, 2) WHERE home = '331024' AND id = 1"], {"record.subjects"}),
        (["UPDATE link SET version = 9 WHERE version = 2"], {"link.orphan"}),
        (["UPDATE run SET stored = stored + 1"], {"run.sums"}),
        (["UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE no = 2"], {"audit.broken"}),
        (["DELETE FROM audit WHERE home = '331024' AND no = 1"], {"audit.broken"}),
        (["UPDATE version SET body = (SELECT body FROM raw WHERE home = '330110') WHERE record = 2"],
         {"version.sealed"}),
        (["UPDATE raw SET body = (SELECT body FROM raw w WHERE w.home = '330110') WHERE home = '331024' AND id = 1"],
         {"raw.sealed"}),
        (["UPDATE raw SET size = size + 1 WHERE home = '330110'"], {"raw.sealed"}),
        (["UPDATE record SET key = 'other' WHERE home = '331024' AND id = 2"], {"version.sealed"}),
        (["UPDATE version SET key_id = 'k9-lost' WHERE home = '330110'"], {"keyring.missing"}),
        (["INSERT INTO meta VALUES ('keyring', '0123456789abcdef')"], {"keyring.other"}),
    ],
)  # fmt: skip
def test_each_damage_is_found(filled: Database, keyring: Keyring, damage: list[str], expected: set[str]) -> None:
    _do(filled, *damage)
    findings = check(filled, keyring)
    assert {each.code for each in findings} == expected
    for each in findings:
        assert each.count >= len(each.examples) >= (each.code != "keyring.other")
        assert each.hint and each.code in str(each)
        assert PHONE not in str(each)


def test_a_finding_says_how_many_and_names_a_few(filled: Database, keyring: Keyring) -> None:
    Filler(filled, keyring).page(*(dispute(f"b{no}") for no in range(EXAMPLES + 3)), source="grid", home="330999")
    _do(filled, "DELETE FROM link WHERE home = '330999'", "DELETE FROM version WHERE home = '330999'")
    (found,) = check(filled, keyring)
    assert (found.code, found.count, len(found.examples)) == ("record.no_version", EXAMPLES + 3, EXAMPLES)
    assert "330999-" in str(found) and "…" in str(found)


def test_a_store_of_another_version_is_not_looked_into(filled: Database, keyring: Keyring) -> None:
    _do(filled, "UPDATE alembic_version SET version_num = '0000'", "DELETE FROM raw")
    assert [each.code for each in check(filled, keyring)] == ["store.version"]


def test_a_damaged_database_file_is_found(database: Database, keyring: Keyring) -> None:
    if database.path is None:
        pytest.skip("PostgreSQL watches its pages itself")
    Filler(database, keyring).page(*(dispute(f"key-{no:04}", title="") for no in range(300)))
    database.close()
    data = bytearray(database.path.read_bytes())
    spots = [at for at in range(len(data)) if data.startswith(b"key-0123", at)]
    assert len(spots) == 2  # in the table, and in its index
    damaged = []
    for spot in spots:
        database.path.write_bytes(data[:spot] + b"kez" + data[spot + 3 :])
        damaged += [each for each in check(database, keyring) if each.code == "engine.damaged"]
        database.close()
    assert len(damaged) == 2
    assert all("record_key" in each.examples[0] for each in damaged)


# backups


@pytest.fixture
def saved(filled: Database, tmp_path: Path) -> Path:
    backup(filled, tmp_path / "saved" / "one")
    return tmp_path / "saved" / "one"


@pytest.fixture
def empty(new_url: NewUrl) -> Iterator[Callable[[], Database]]:
    """Opens the database at a new URL of this engine, as often as it is asked to."""
    url = new_url()
    opened: list[Database] = []

    def database() -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield database
    for each in opened:
        each.close()


def _url(database: Database) -> str:
    return database.engine.url.set(drivername=database.dialect).render_as_string(hide_password=False)


def _rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as connection:
        names = [*read.storage(connection).rows, "alembic_version"]
        return {
            name: sorted(tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))) for name in names
        }


def test_a_backup_brings_the_same_store_back(
    filled: Database, keyring: Keyring, saved: Path, empty: Callable[[], Database]
) -> None:
    before = _rows(filled)
    assert sum(map(len, before.values())) > 20
    manifest = restore(saved, _url(empty()))
    back = empty()
    assert _rows(back) == before
    assert manifest == read_manifest(saved)
    assert check(back, keyring) == []
    assert migrate.upgrade(back) == []
    with back.reading() as connection:
        (one,) = read.record_by_key(connection, "1", source="court")
    assert show(back, keyring, one.home, one.id, clear=True).body["parties"][0]["phone"] == PHONE
    assert PHONE.encode() in raw_bytes(back, keyring, "330110", 1 if back.path else 3)
    Filler(back, keyring).page(dispute("new"), source="petition", home="330110")  # numbers go on after the highest
    assert check(back, keyring) == []


def test_a_manifest_says_what_is_in_it_and_what_it_needs(filled: Database, keyring: Keyring, saved: Path) -> None:
    manifest = read_manifest(saved)
    assert manifest.engine == filled.dialect
    assert manifest.revision == migrate.head()
    assert set(manifest.keys) == {key.id for key in keyring.keys}
    assert (manifest.rows["record"], manifest.rows["version"], manifest.rows["rejection"]) == (3, 4, 1)
    assert set(manifest.files) == {file.name for file in saved.iterdir()} - {MANIFEST}
    for name, expected in manifest.files.items():
        assert hashlib.sha256((saved / name).read_bytes()).hexdigest() == expected
    for file in saved.iterdir():
        assert PHONE.encode() not in file.read_bytes()
    assert saved.stat().st_mode & 0o077 == 0


def test_a_backup_is_of_one_moment_while_others_write(filled: Database, keyring: Keyring, tmp_path: Path) -> None:
    with filled.transaction() as connection:
        connection.execute(text("DELETE FROM link"))  # not committed: not in it
        manifest = backup(filled, tmp_path / "b")
    assert manifest.rows["link"] == 3


def test_a_backup_is_not_laid_over_another(filled: Database, saved: Path) -> None:
    before = (saved / MANIFEST).read_bytes()
    with pytest.raises(StoreError, match="there already"):
        backup(filled, saved)
    assert (saved / MANIFEST).read_bytes() == before


def test_a_store_is_not_restored_over_another(filled: Database, saved: Path) -> None:
    before = _rows(filled)
    filled.close()
    with pytest.raises(StoreError, match="a store already"):
        restore(saved, _url(filled))
    assert _rows(filled) == before


@pytest.mark.parametrize(
    "how", ["changed", "missing", "no manifest", "cut manifest", "newer format", "newer store", "rows"]
)
def test_a_bad_backup_leaves_nothing(saved: Path, empty: Callable[[], Database], how: str) -> None:
    told = orjson.loads((saved / MANIFEST).read_bytes())
    victim = saved / max(told["files"], key=lambda name: (saved / name).stat().st_size)
    if how == "changed":
        victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    elif how == "missing":
        victim.unlink()
    elif how == "no manifest":
        (saved / MANIFEST).unlink()
    elif how == "cut manifest":
        (saved / MANIFEST).write_bytes(orjson.dumps(told)[:-9])
    else:
        told |= {"newer format": {"format": 2}, "newer store": {"revision": "9999"},
                 "rows": {"rows": told["rows"] | {"record": 99}}}[how]  # fmt: skip
        (saved / MANIFEST).write_bytes(orjson.dumps(told))
    said = {"changed": "damaged", "missing": "damaged", "no manifest": "unfinished", "cut manifest": "unfinished",
            "newer format": "newer Yiwang", "newer store": "newer version", "rows": "manifest says: rows"}  # fmt: skip
    with pytest.raises(StoreError, match=said[how]):
        restore(saved, _url(empty()))
    database = empty()
    if database.path:
        assert not list(database.path.parent.glob(f"{database.path.name}*"))
    else:
        assert migrate.current(database) is None


def test_a_backup_of_another_engine_is_refused(saved: Path, empty: Callable[[], Database]) -> None:
    told = orjson.loads((saved / MANIFEST).read_bytes())
    told["engine"] = "postgresql" if told["engine"] == "sqlite" else "sqlite"
    (saved / MANIFEST).write_bytes(orjson.dumps(told))
    with pytest.raises(StoreError, match=f"made on {told['engine']}"):
        restore(saved, _url(empty()))


def test_a_full_disk_leaves_no_manifest(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hub.store.backup._sync", full)
    with pytest.raises(StoreError, match="cannot be written: No space left"):
        backup(filled, tmp_path / "b")
    with pytest.raises(StoreError, match="unfinished"):
        read_manifest(tmp_path / "b")
