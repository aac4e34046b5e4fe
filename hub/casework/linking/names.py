"""Names as they can be compared: one spelling, masks told, the stem of a firm, the sound of Chinese characters."""

import re
import unicodedata
from functools import cache, lru_cache

from pypinyin import Style, pinyin

from schemas.regions import Region, counties, region

MASK = "*"
"""Stands for a character that the source hides (``张某``, ``张*三``, ``李先生``)."""

_GAPS = re.compile(r"[\s·・,，.。\-—_'’]+")
_HIDDEN = re.compile(r"[*＊×✱●○□某xX?？]")
_PLAIN = re.compile("[\u3400-\u67cf\u67d1-\u9fff]{1,3}(?<![生士姐志傅姨爷师])")  # U+67D0 is 某
_TITLED = re.compile(r"^(?P<surname>[\u4e00-\u9fff]{1,2}?)(?:先生|女士|小姐|同志|师傅|阿姨|大爷|老师|某某|某)$")
_BRACKETS = re.compile(r"[(（〔\[【].*?[)）〕\]】]")
_FIRM = re.compile("(?:公司|厂|店|行|局|院|所|社|会|府|处|队|站|部|中心|集团|学校|大学|银行|合伙)$")
_FORM = re.compile(
    r"(?:集团)?(?:股份|有限|责任|合伙|普通|特殊|个人独资|控股){0,4}(?:集团)?(?:总公司|分公司|公司|企业|集团)$"
    r"|(?:\(?(?:有限|普通)合伙\)?)$"
)


def person_name(written: str) -> str:
    """One spelling of a person's name: no gaps and dots, capitals, `MASK` for what is hidden. ``张先生`` is ``张*``."""
    if not written or _PLAIN.fullmatch(written):
        return written
    name = _GAPS.sub("" if "\u4e00" <= written[0] <= "\u9fff" else " ", unicodedata.normalize("NFKC", written)).upper()
    if titled := _TITLED.match(name):
        return titled["surname"] + MASK
    if not name.isascii():  # an X in a Latin name is a letter
        name = _HIDDEN.sub(MASK, name)
    return name.strip()


def is_firm(name: str) -> bool:
    """Whether a name is surely none of a person, whatever its source calls it: ``某某公司``, ``某某街道办事处``."""
    return len(name) > 4 and _FIRM.search(name) is not None


@lru_cache(maxsize=65_536)
def firm_name(written: str) -> str:
    """The stem of a firm's or body's name: without its seat in front, its legal form behind and what brackets hold.

    ``杭州虚拟宏远建设有限公司`` is ``虚拟宏远建设``. Bodies and banks keep their seat, which tells them apart; a
    name of which next to nothing would be left stays whole.
    """
    whole = _GAPS.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", written))).upper()
    stem = _FORM.sub("", whole)
    seat = _seats().match(stem) if stem != whole and "银行" not in stem else None
    if seat and len(stem) - seat.end() >= 3:
        stem = stem[seat.end() :]
    return stem if len(stem) >= 2 else whole


@lru_cache(maxsize=131_072)
def sound(name: str) -> str:
    """How a name is read, without tones: ``zhangsan`` for 张三 and 章三 alike; other signs stand for themselves."""
    return "".join(map(_syllable, name))


@cache
def _syllable(sign: str) -> str:
    if sign < "\u3400":
        return sign
    return pinyin(sign, style=Style.NORMAL)[0][0]


@cache
def _seats() -> re.Pattern[str]:
    """Province, city and county as firms bear them in front of their names, whole or short: 杭州市, 余姚."""
    names = {
        re.sub("(市|县|区)$", "", each.name) for each in (*counties(), *map(region, map(_city, counties()))) if each
    }
    short = "|".join(sorted((name for name in names if len(name) > 1), key=len, reverse=True))
    return re.compile(f"(?:浙江省?)?(?:(?:{short})[市区县]?){{0,2}}")


def _city(county: Region) -> str:
    return county.parent
