"""What a question asks to be counted: whether it is something that the words about these figures know.

A question that counts what no word of the lexicon knows ("how many teachers", "how many children were adopted") must
not be answered with the figure that lies nearest. So the place where a question names what it counts is read word by
word, and every word there must be known: as a slot, or as one that says nothing of what is counted (`plain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from content.lexicon import Found, Lexicon

_WORD = re.compile(r"(?<!')[^\W\d_][^\W_]+(?:'[^\W_]+)*")
_STOP = re.compile(
    r"[,;:.!?()\"“”]|(?<!\w)(?:according|because|since|after|and|or|but|if|so|as|for|i|we|per|than|"
    r"segun|porque|desde|pero|para|y|o|segundo|mas|e|ou)(?!\w)"
)
"""Where the naming ends: at a mark, or at a word that begins something else."""
_END = re.compile(r"[.!?;:](?!\w)")
_PLACE = re.compile(r"(?<!\w)(?:in|en|em|near|na|no)\s([^\W\d_]{3,})")
_HEADS = (
    re.compile(r"([々㐀-鿿ァ-ヶー]{1,20})(?:さん|たち|達|の方)?[はがも]\s?(?:全部で|合計で?|計)?\s?何(?:人|名|件|回)"),
    re.compile(r"([々㐀-鿿ァ-ヶー]{1,20})(?:さん|たち|達)?の(?:人数|割合|件数|総数|比率|数[はをが])"),
    re.compile(
        r"([々㐀-鿿ァ-ヶー]{1,20})(?:され|した|して|を受け)[^\s、。]{0,3}(?:子|児童|未成年|生徒|少年|少女|被害)"
    ),
    re.compile(r"([々㐀-鿿ァ-ヶー]{1,20})(?:さん|たち)?(?:[がはも]被害|の(?:被害[者児]|児童|子ども|子供|生徒))"),
    re.compile(r"([ァ-ヶー]{2,20}|[々㐀-鿿]{1,20}[市県町村区])(?:で(?![すきし])|に住|における)"),
)
"""Japanese: X は何人, X の割合, X された子, 場所で."""
_CLAUSE = re.compile(r"([ぁ-んァ-ヶー々㐀-鿿]{2,4})[たる](?:子|児童|被害[者児]|未成年|生徒|学生)")
"""What somebody did or what befell them, in Japanese: 被害に遭った子."""
_HANGUL = (
    re.compile(r"([가-힣]{1,20})(?:들)?[은는이가]\s?(?:총|모두|전부|\d{4}년에?)?\s?몇\s?(?:명|건)"),
    re.compile(
        r"([가-힣]{1,20})\s(?:피해자|피해\s?아동|아이|아동|청소년|미성년자?|어린이)들?[은는이가의]?\s?(?:모두|전부|총)?\s?(?:몇|수)"
    ),
    re.compile(r"([가-힣]{1,20})(?:된|당한|한|받은)\s(?:아이|아동|청소년|학생|미성년|어린이)"),
    re.compile(r"년에?\s([가-힣]{2,20}?)(?:에서|의)?\s피해"),
)
"""Korean: X 는 몇 명, X 된 아이, 곳 피해."""
_HAN = (
    re.compile(r"多少(?:名|个|位|起|件|次)?([㐀-鿿]{1,2})"),
    re.compile(r"[被获](?!害)([㐀-鿿]{1,2})"),
    re.compile(r"([㐀-鿿]{2})的?(?:人数|数量|比例|百分比)"),
    re.compile(r"多少(?:名|个|位)?(?:孩子|儿童|小孩|人|学生|未成年人|受害者)([㐀-鿿]{2,20})"),
    re.compile(r"(?:年|在)([㐀-鿿]{2,4}?)有(?:多少|几)"),
)
"""Chinese: 多少 X, 被 X, X 的比例, 某地有多少."""
_KANA, _KOREAN, _CHINESE = (re.compile(one) for one in ("[\u3040-\u30ff]", "[\uac00-\ud7af]", "[\u3400-\u9fff]"))
_FEW = 6
"""Words up to which all of a question say what is counted."""
_LONG = 5
"""Letters from which a word may be a known one with a slip of the pen."""


def counts_unknown(text: str, found: Sequence[Found], lexicon: Lexicon) -> bool:
    """Tell whether a folded question names, where it says what is to be counted, something that no word knows.

    `found` are all phrases of the lexicon that stand in it, plain ones too.
    """
    known = bytearray(len(text))
    for one in found:
        known[one.start : one.end] = b"\1" * (one.end - one.start)
    named = _named(text)
    if named is not None:
        return any(not any(known[slice(*span)]) for span in named)
    unknown = (slice(*span) for span in _words(text, found) if not any(known[slice(*span)]))
    return any(not _misspelt(text[span], lexicon) for span in unknown)


def _named(text: str) -> list[tuple[int, int]] | None:
    """Return where a text in a script without spaces names what it counts, or None for other scripts."""
    if _KANA.search(text):
        # The last sign of a Japanese compound is its head.
        heads = [(match.end(1) - 1, match.end(1)) for one in _HEADS for match in one.finditer(text)]
        return [*heads, *(match.span(1) for match in _CLAUSE.finditer(text))]
    for script, patterns in ((_KOREAN, _HANGUL), (_CHINESE, _HAN)):
        if script.search(text):
            return [match.span(1) for one in patterns for match in one.finditer(text)]
    return None


def _words(text: str, found: Iterable[Found]) -> Iterator[tuple[int, int]]:
    """Return where the words stand that follow "how many" and the like, and the places of such a sentence."""
    anchors = [one for one in found if one.slot in {"heads", "victims"}]
    if anchors and len(text.split()) <= _FEW:
        yield from (match.span() for match in _WORD.finditer(text))
    read = 0
    for one in anchors:
        if one.slot == "heads" and one.end >= read:
            stop = _STOP.search(text, one.end)
            read = stop.start() if stop else len(text)
            yield from (match.span() for match in _WORD.finditer(text, one.end, read))
    start = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        if any(start <= one.start < end for one in anchors):
            yield from (match.span(1) for match in _PLACE.finditer(text, start, end))
        start = end


def _misspelt(word: str, lexicon: Lexicon) -> bool:
    """Tell whether a long word is a plain one with one letter too many, too few, wrong, or two that changed places.

    A plural is another word: schools are no pupils.
    """
    if len(word) < _LONG:
        return False
    near = (phrase.text for key, phrases in lexicon.plain.items() if key[0] == word[0] for phrase in phrases)
    return any(len(other) >= _LONG and word != f"{other}s" and _is_slip(word, other) for other in near)


def _is_slip(word: str, other: str) -> bool:
    if abs(len(word) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    one, two = word[start:], other[start:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or (one[:2] == two[1::-1] and one[2:] == two[2:])
