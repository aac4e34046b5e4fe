"""Court case numbers (案号): one normal form for all the ways they are written.

Rule: 关于人民法院案件案号的若干规定, 法〔2015〕137号, in force since 2016-01-01: year in full-width
brackets, court code, type word, number, 号. Before that a court wrote its short name and 字第:
（2015）杭西民初字第123号.
"""

import re
from dataclasses import dataclass

_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_GAP = r"[ \t\u3000]*"
_OPEN, _CLOSE = r"[(（〔\[［【]", r"[)）〕\]］】]"
_DIGITS = r"[0-9０-９]"
_BRANCH = rf"(?P<branch>{_GAP}之{_GAP}[一二三四五六七八九十]+)?"
_CASE = re.compile(
    rf"{_OPEN}{_GAP}(?P<year>{_DIGITS}{{4}}){_GAP}{_CLOSE}{_GAP}"
    rf"(?:(?P<court>最高法|[\u4e00-\u9fff]{_GAP}(?:{_DIGITS}{_GAP}){{0,4}}|[\u4e00-\u9fff]{{2}}(?:{_DIGITS}){{2,4}})"
    rf"(?P<type>(?:(?!字第)[\u4e00-\u9fff]){{1,6}}?)"
    rf"|(?P<old>(?:(?!字)[\u4e00-\u9fff（）()]){{2,14}})字{_GAP}第){_GAP}"
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
    part = {name: re.sub(_GAP, "", value or "").translate(_HALF_WIDTH) for name, value in match.groupdict().items()}
    return CaseNumber(
        year=int(part["year"]),
        court=part["court"],
        kind=part["type"] or part["old"],
        number=part["number"].lstrip("0") or "0",
        branch=part["branch"],
    )
