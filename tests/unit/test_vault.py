"""The keyring: what it seals opens only with its key and in its place; its file is safe; it tells no secret."""

import base64
import pickle
import stat
import threading
from pathlib import Path

import orjson
import pytest

from hub.errors import ConfigError, StoreError
from hub.store.vault import Algorithm, Keyring
from schemas.identity import keyed_hash

PLAIN = "甲与乙因房屋漏水发生争议".encode()
PASSPHRASE = "nine quiet rivers run east"


@pytest.mark.parametrize("algorithm", ["AES-256-GCM", "SM4-GCM"])
def test_what_is_sealed_opens_with_its_key_in_its_place_only(tmp_path: Path, algorithm: Algorithm) -> None:
    keyring = Keyring.create(tmp_path / "keyring.json", algorithm=algorithm)
    sealed = keyring.seal(PLAIN, b"version|331024|1|1")
    assert PLAIN not in sealed
    assert len(sealed) == len(PLAIN) + 12 + 16
    assert sealed != keyring.seal(PLAIN, b"version|331024|1|1")
    assert keyring.open(keyring.current, sealed, b"version|331024|1|1") == PLAIN
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for wrong, aad in [
        (sealed, b"version|331024|2|1"),
        (flipped, b"version|331024|1|1"),
        (b"", b""),
        (sealed[:20], b""),
    ]:
        with pytest.raises(StoreError, match=keyring.current):
            keyring.open(keyring.current, wrong, aad)


def test_sm4_gcm_answers_rfc_8998() -> None:
    # RFC 8998, appendix A.1
    from hub.store.vault import _Sm4Gcm

    cipher = _Sm4Gcm(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("aa" * 8 + "bb" * 8 + "cc" * 8 + "dd" * 8 + "ee" * 8 + "ff" * 8 + "ee" * 8 + "aa" * 8)
    sealed = cipher.encrypt(nonce, plain, aad)
    assert sealed[:8].hex() == "17f399f08c67d5ee"
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert cipher.decrypt(nonce, sealed, aad) == plain


def test_an_unknown_key_is_named(keyring: Keyring) -> None:
    with pytest.raises(StoreError, match="no key k9-00000000"):
        keyring.open("k9-00000000", keyring.seal(PLAIN, b""), b"")


def test_the_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keyring.json"
    keyring = Keyring.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="there already"):
        Keyring.create(path)
    with pytest.raises(ConfigError, match="there already"):
        Keyring.restore(keyring.export(PASSPHRASE), PASSPHRASE, path)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["keyring.json"]


def test_loading_gives_the_same_keyring(keyring: Keyring) -> None:
    again = Keyring.load(keyring.path)
    assert again.open(keyring.current, keyring.seal(PLAIN, b"a"), b"a") == PLAIN
    assert again.hash("phone", "13800000001") == keyring.hash("phone", "13800000001")
    assert again.digest(PLAIN) == keyring.digest(PLAIN)
    assert again.fingerprint() == keyring.fingerprint()


def test_a_missing_or_readable_keyring_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="hub key create"):
        Keyring.load(tmp_path / "none.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        Keyring.load(tmp_path)
    keyring = Keyring.create(tmp_path / "keyring.json")
    for mode in (0o640, 0o604, 0o660):
        keyring.path.chmod(mode)
        with pytest.raises(ConfigError, match="chmod 600"):
            Keyring.load(keyring.path)


def _broken(keyring: Keyring) -> dict[str, bytes]:
    told = orjson.loads(keyring.path.read_bytes())
    key = told["keys"][0]
    return {
        "cut": keyring.path.read_bytes()[:-30],
        "list": b"[]",
        "no keys": orjson.dumps({**told, "keys": []}),
        "same id twice": orjson.dumps({**told, "keys": [key, key]}),
        "short secret": orjson.dumps({**told, "keys": [{**key, "secret": "c2hvcnQ="}]}),
        "unknown algorithm": orjson.dumps({**told, "keys": [{**key, "algorithm": "ROT13"}]}),
        "unknown hash": orjson.dumps({**told, "hash": "ROT13"}),
        "hash key not base64": orjson.dumps({**told, "hash_key": "*" + told["hash_key"][1:]}),
        "newer format": orjson.dumps({**told, "format": 2}),
    }


@pytest.mark.parametrize("how", ["cut", "list", "no keys", "same id twice", "short secret", "unknown hash"])
def test_a_broken_keyring_is_refused_without_telling_it(keyring: Keyring, how: str) -> None:
    secrets = _secrets(keyring)
    keyring.path.write_bytes(_broken(keyring)[how])
    with pytest.raises(ConfigError, match="keyring is broken") as caught:
        Keyring.load(keyring.path)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None  # a decoder's error quotes its input
    assert not any(secret in str(caught.value) for secret in secrets)


@pytest.mark.parametrize("how", ["unknown algorithm", "hash key not base64", "newer format"])
def test_a_strange_keyring_is_refused(keyring: Keyring, how: str) -> None:
    keyring.path.write_bytes(_broken(keyring)[how])
    with pytest.raises(ConfigError, match="newer Yiwang" if how == "newer format" else "broken"):
        Keyring.load(keyring.path)


def test_rotation_seals_anew_and_still_reads_the_old(keyring: Keyring) -> None:
    first, sealed, finger = keyring.current, keyring.seal(PLAIN, b""), keyring.fingerprint()
    hashed = keyring.hash("id", "990101199001010019")
    second = keyring.rotate(algorithm="SM4-GCM")
    assert second == keyring.current != first
    for ring in (keyring, Keyring.load(keyring.path)):
        assert ring.open(first, sealed, b"") == PLAIN
        assert ring.open(second, ring.seal(PLAIN, b""), b"") == PLAIN
        assert ring.fingerprint() == finger
        assert ring.hash("id", "990101199001010019") == hashed
    assert stat.S_IMODE(keyring.path.stat().st_mode) == 0o600
    with pytest.raises(ConfigError, match="no algorithm"):
        keyring.rotate(algorithm="DES")  # type: ignore[arg-type]
    assert Keyring.load(keyring.path).current == second


def test_two_who_rotate_at_once_both_keep_their_key(keyring: Keyring) -> None:
    rings = [Keyring.load(keyring.path) for _ in range(4)]
    threads = [threading.Thread(target=ring.rotate) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {key.id for key in Keyring.load(keyring.path).keys}
    assert kept == {keyring.current, *(ring.current for ring in rings)}
    assert len(kept) == 5


def test_escrow_brings_the_keyring_back(keyring: Keyring, tmp_path: Path) -> None:
    keyring.rotate()
    text = keyring.export(PASSPHRASE)
    assert not any(secret in text for secret in _secrets(keyring))
    assert max(map(len, text.splitlines())) <= 64
    typed = "\r\n".join(f"  {line} " for line in text.splitlines())  # copied by hand, from paper
    back = Keyring.restore(typed, PASSPHRASE, tmp_path / "back" / "keyring.json")
    assert back.path.read_bytes() == keyring.path.read_bytes()
    assert stat.S_IMODE(back.path.stat().st_mode) == 0o600


def test_escrow_refuses_what_is_not_right(keyring: Keyring, tmp_path: Path) -> None:
    text = keyring.export(PASSPHRASE)
    lines = text.splitlines()
    for wrong, passphrase, said in [
        (text, PASSPHRASE + "!", "passphrase is wrong"),
        ("\n".join(lines[:-1]), PASSPHRASE, "damaged"),
        (text.replace(lines[1][:4], "****"), PASSPHRASE, "damaged"),
        (lines[0], PASSPHRASE, "damaged"),
        ("hello", PASSPHRASE, "not an escrow text"),
    ]:
        with pytest.raises(ConfigError, match=said):
            Keyring.restore(wrong, passphrase, tmp_path / "back.json")
    assert not (tmp_path / "back.json").exists()
    with pytest.raises(ConfigError, match="too short"):
        keyring.export("short")


def test_hashes_are_keyed_and_separate_kinds(keyring: Keyring, tmp_path: Path) -> None:
    value = "13800000001"
    assert len(keyring.hash("phone", value)) == 12
    assert keyring.hash("phone", value) != keyring.hash("id", value)
    other = Keyring.create(tmp_path / "other.json")
    assert other.hash("phone", value) != keyring.hash("phone", value)
    secret = base64.b64decode(orjson.loads(keyring.path.read_bytes())["hash_key"])
    assert keyring.hash("phone", value) == keyed_hash(secret, "BLAKE2b")("phone", value)
    assert len(keyring.digest(PLAIN)) == 16
    assert keyring.digest(PLAIN) != other.digest(PLAIN)
    assert keyring.fingerprint() != other.fingerprint()


def test_the_hash_goes_with_the_suite_and_outlives_a_rotation(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path / "keys.json", algorithm="SM4-GCM")
    secret = base64.b64decode(orjson.loads(keyring.path.read_bytes())["hash_key"])
    expected = keyed_hash(secret, "HMAC-SM3")("phone", "13800000001")
    assert keyring.hash("phone", "13800000001") == expected
    keyring.rotate(algorithm="AES-256-GCM")
    assert Keyring.load(keyring.path).hash("phone", "13800000001") == expected


def test_a_keyring_of_an_earlier_release_hashes_as_it_did(keyring: Keyring) -> None:
    told = orjson.loads(keyring.path.read_bytes())
    del told["hash"]
    keyring.path.write_bytes(orjson.dumps(told))
    secret = base64.b64decode(told["hash_key"])
    old = Keyring.load(keyring.path)
    assert old.hash("phone", "13800000001") == keyed_hash(secret, "HMAC-SM3")("phone", "13800000001")
    old.rotate()
    assert Keyring.load(keyring.path).hash("phone", "13800000001") == old.hash("phone", "13800000001")


def test_a_keyring_does_not_tell_its_secrets(keyring: Keyring) -> None:
    for shown in (repr(keyring), str(keyring), repr(keyring.keys), f"{keyring.keys[0]}"):
        assert not any(secret in shown for secret in _secrets(keyring))
        assert repr(keyring.keys[0].secret) not in shown
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(keyring)


def _secrets(keyring: Keyring) -> list[str]:
    told = orjson.loads(keyring.path.read_bytes())
    return [told["hash_key"], *(key["secret"] for key in told["keys"])]
