"""Keys a record is found by: records that share one are compared. Keyed hashes, safe to keep in an index."""

from collections.abc import Sequence

from hub.casework.linking.features import Features, Who, who_key
from hub.casework.linking.names import MASK, sound
from hub.casework.linking.narrative import Array, bands, sketches
from schemas.identity import KeyedHash

MOST = 64
"""A key that more records bear tells little by itself: whoever looks it up takes the newest `MOST` of them."""

_SIGNS = {"ref": b"r", "id": b"i", "credit": b"c", "phone": b"p"}
_COUNTY = 1_000_000
_SHOWN = 4  # the last digits, which masks mostly leave


def block_keys(features: Features, keyed: KeyedHash) -> list[bytes]:
    """The distinct keys of one record: a sign of the kind and a keyed hash, 13 bytes. See `block_keys_of`."""
    return block_keys_of([features], keyed)[0]


def block_keys_of(
    features: Sequence[Features], keyed: KeyedHash, sketched: tuple[Array, Array] | None = None
) -> list[list[bytes]]:
    """The keys of many records, much cheaper than one by one.

    ``r`` numbers told, cited and mentioned, ``i`` ``c`` ``p`` identity numbers, credit codes and phones of any role,
    ``n`` a party's name, ``b`` the names of both sides, ``w`` the sound of a name with the county, ``m`` its
    first character with the last digits of a number that masks leave, ``h`` a flat or house,
    ``t`` near-equal text in one county.
    """
    texts = bands(*(sketched or sketches([each.text for each in features])))
    return [_keys(each, bandings, keyed) for each, bandings in zip(features, texts, strict=True)]


def _keys(features: Features, bandings: list[bytes], keyed: KeyedHash) -> list[bytes]:
    found = {sign + mark.hash: None for mark in features.marks if (sign := _SIGNS.get(mark.kind))}
    for number in (features.own, *features.mentions):  # those it cites are marks
        if number:
            found[b"r" + keyed("ref", number)] = None
    place = features.place if features.place.told else features.home
    county = (features.place.region or place.region) // _COUNTY
    found.update(_of_parties(features, county, keyed))
    site = place.estate or place.road or place.village
    if site and (place.rooms or place.number):
        for spot in place.rooms or (place.number,):
            found[b"h" + keyed("house", f"{county}|{site}|{place.building}|{spot}")] = None
    for band in bandings:
        found[b"t" + keyed("text", f"{county}|{band.hex()}")] = None
    return list(found)


def _of_parties(features: Features, county: int, keyed: KeyedHash) -> dict[bytes, None]:
    found: dict[bytes, None] = {}
    for who in (*features.applicants, *features.respondents):
        if key := who_key(who, keyed):
            found[key] = None
    for who in features.applicants if county else ():
        if not who.name:
            continue
        if MASK not in who.name:
            found[b"w" + keyed("name county", f"{sound(who.name)}|{county}")] = None
        for number in (who.id, who.phone):
            if len(number) > _SHOWN and MASK not in (last := number[-_SHOWN:]):
                found[b"m" + keyed("masked", f"{who.name[0]}|{last}|{county}")] = None
    if features.applicants and features.respondents and _told(one := features.applicants[0]):
        for other in features.respondents:
            if _told(other):
                both = "|".join(sorted((one.name, other.name)))  # whoever filed first: the other side is in it too
                found[b"b" + keyed("both names", both)] = None
    return found


def _told(who: Who) -> bool:
    return bool(who.name) and MASK not in who.name
