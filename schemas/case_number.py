"""Court case numbers (案号): one normal form for all the ways they are written.

Rule: 关于人民法院案件案号的若干规定, 法〔2015〕137号, in force since 2016-01-01: year in full-width
brackets, court code, type word, number, 号. Before that a court wrote its short name and 字第:
（2015）杭西民初字第123号.
"""

import re
from dataclasses import dataclass

_PLAIN: dict[int, int | None] = {full: full - 0xFEE0 for full in range(0xFF10, 0xFF1A)}  # full-width digits
_PLAIN |= {0x28: 0xFF08, 0x29: 0xFF09} | dict.fromkeys(map(ord, " \t\u3000"))  # brackets of old forms; no gaps
_GAP = r"[ \t\u3000]*"
_OPEN, _CLOSE = r"[(（〔\[［【]", r"[)）〕\]］】]"
_DIGITS = r"[0-9０-９]"
_BRANCH = rf"(?P<branch>{_GAP}之{_GAP}[一二三四五六七八九十]+)?"
_COURTS = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新兵军"
_WORD = "(?![第字号])[\u4e00-\u9fff]"
_OLD_KINDS = "民商刑行执知破赔督调"  # one of them is in every old form; (2015)余信访字第3号 is no court's number
_CASE = re.compile(
    rf"{_OPEN}{_GAP}(?P<year>{_DIGITS}{{4}}){_GAP}{_CLOSE}{_GAP}"
    rf"(?:(?P<court>最高法|[{_COURTS}]{_GAP}(?:{_DIGITS}{_GAP}){{0,4}})(?P<type>(?:{_WORD}){{1,6}}?)"
    rf"|(?P<old>(?=[^第字号]{{0,13}}[{_OLD_KINDS}])(?:(?:{_WORD})|[（）()]){{2,14}})字{_GAP}第){_GAP}"
    rf"(?P<number>{_DIGITS}{{1,9}}(?:-{_DIGITS}{{1,3}})?){_GAP}号{_BRANCH}"
)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """A case number in parts. ``court`` is a court code (``浙1024``), empty in the form before 2016.

    ``kind`` is the type word (``民初``), in the older form with the court's short name before it (``杭西民初``).
    """

    year: int
    court: str
    kind: str
    number: str
    branch: str = ""

    @property
    def normal(self) -> str:
        """``（2026）浙1024民初123号``, with 之一 where it has one; before 2016 ``（2015）杭西民初字第123号``."""
        joint = "" if self.court else "字第"
        return f"（{self.year}）{self.court}{self.kind}{joint}{self.number}号{self.branch}"


def parse_case_number(text: str) -> CaseNumber | None:
    """Read one case number that is the whole of ``text``. None for anything else, masked numbers (``民初x号``) too."""
    match = _CASE.fullmatch(text.strip())
    return _read(match) if match else None


def search_case_numbers(text: str) -> list[str]:
    """Return the normal forms of the case numbers in free text, in order of appearance, each once."""
    return list(dict.fromkeys(_read(match).normal for match in _CASE.finditer(text)))


def _read(match: re.Match[str]) -> CaseNumber:
    year, court, kind, old, number, branch = (part.translate(_PLAIN) if part else "" for part in match.groups())
    return CaseNumber(int(year), court, kind or old, number.lstrip("0") or "0", branch)
