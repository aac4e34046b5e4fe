"""Cases by the people in them: for who has the right to look for a person. The caller audits it first."""

from sqlalchemy import Connection

from hub.casework.candidates import bodies_of
from hub.casework.cases import codes_of, members
from hub.casework.linking.names import firm_name, is_firm, person_name
from hub.store import cases as rows
from hub.store.corrections import laid, overlay
from hub.store.store import Store

MOST = 1_000  # records looked at for one name


def called(connection: Connection, store: Store, name: str) -> list[str]:
    """The leading cases with a party of that name, as the linker knows names; sorted."""
    known = firm_name(name) if is_firm(name) else person_name(name)
    key = b"n" + store.keyring.hash("name", known)
    found = rows.bearers(connection, [key], MOST).get(key, ())
    return sorted(set(codes_of(connection, found).values()))


def with_phone(connection: Connection, store: Store, code: str, last: str) -> bool:
    """Whether a party of the case has a phone that ends in these digits."""
    heads = rows.heads_of(connection, members(connection, code))
    live = [ref for ref, head in heads.items() if not head.deleted]
    patches = overlay(connection, store.keyring, live)
    bodies = bodies_of(connection, store.keyring, live)
    return any(
        (party.get("phone") or "").endswith(last)
        for ref, body in bodies.items()
        for party in laid(body, patches.get(ref, ())).get("parties") or ()
    )
