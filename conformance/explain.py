"""What one check wants: the rule, why it is there, and an example of each kind."""

from difflib import get_close_matches
from textwrap import wrap

import conformance.checks  # noqa: F401 - fills CHECKS
from conformance.check import CHECKS, FAMILIES, Check
from conformance.live_checks import LIVE
from conformance.waivers import may_be_waived


def find(id: str) -> Check:
    """The check of that id, in any case, ``rs-5`` as well as ``RS-05``. Raises LookupError with the nearest."""
    family, mark, number = id.upper().partition("-")
    written = f"{family}{mark}{number.zfill(2)}"
    if (found := CHECKS.get(written) or LIVE.get(written)) is None:
        near = get_close_matches(written, CHECKS, n=1, cutoff=0.5)
        raise LookupError(
            f'no check "{id}"; ' + (f"did you mean {near[0]}?" if near else "`hub conform list` shows all")
        )
    return found


def told(check: Check) -> str:
    """The check in words, some lines long, with a line end."""
    family = FAMILIES.get(check.family, "live")
    level = f"{int(check.level)} {check.level.name.lower()}; family {family}; since suite {check.since}"
    level += "; in preview: it warns and does not fail" if check.preview else ""
    lines = [
        f"{check.id}  {check.clause}",
        "",
        *_wrapped("级别 level", level),
        *_wrapped("为何 why", check.why),
    ]
    if check.needs:
        lines += _wrapped("适用 applies", f"to adapters that claim {', '.join(sorted(check.needs))}")
    if check.after:
        lines += _wrapped("先过 after", ", ".join(check.after))
    waiver = "with a reason and a last day" if may_be_waived(check) else "never: it is about privacy or loss of data"
    lines += _wrapped("豁免 waivable", waiver)
    for name, example in (("错误 fails", check.failing), ("正确 passes", check.passing)):
        if example:
            lines += ["", f"  {name}", *(f"      {line}" for line in example.strip("\n").splitlines())]
    return "\n".join(lines) + "\n"


def _wrapped(name: str, text: str, width: int = 100) -> list[str]:
    chinese = sum(ord(mark) > 0x2E80 for mark in name)
    head = f"  {name}{' ' * (14 - len(name) - chinese)} "
    body = wrap(" ".join(text.split()), width)
    return [head + (body[0] if body else ""), *(" " * 17 + line for line in body[1:])]
