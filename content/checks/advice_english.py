"""The rules against forbidden advice, in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.checks.advice_rule import Rule, compiled

_NEGATION = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|neither|nor|cannot|without|avoid|refuse to|instead of|rather than"
    r"|resist|against|before|leave out|replace|\w+n't)\b"
)
_INTRODUCES_REFUSALS = re.compile(
    r"\b(?:never|do not|don't|not to|avoid|leave out)(?: (?:do|say|try|write))?(?: (?:this|that|these|things?|words))*$"
)
_OTHERS_SAY = re.compile(
    r"\b(?:someone|somebody|anyone|he|she|they|who|people|strangers?|person|blackmailers?|callers?|messages?|ads?"
    r"|posts?|offenders?|criminals?|scammers?|(?:some|many|other) \w+)"
    r"\b[^.]{0,30}\b(?:says?|said|writes?|wrote|asks?|demands?|claims?|threatens?)\b[^.]{0,20}$"
    r"|\b(?:want|wants|like|about) to (?:say|ask)\W*$"
)
_QUOTE = re.compile(r'"([^"]*)"|“([^”]*)”')
_MARK = re.compile(r"«(\d+)[.!?]?»")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[.!?]»)\s+(?=[A-Z])|;\s+")
_CLAUSE = re.compile(r"([,:–])\s+|\s-\s|\b(?:but|then|so that)\s+")
_RESTART = re.compile(r"(?:but|then|instead|only|just|so|now|and then)\b")

_DO = (
    r"(?:^(?:(?:and|or|so|just|please|first|now|next|then|better|simply|quickly|at once|always|also|instead|only) )*"
    r"|(?<=\band )|(?<=\bor )|(?<=\bplease )|(?<=\bjust )"
    r"|\b(?:you|we|parents|families|the child|your child|pupils?|everyone) (?:\w+ )?"
    r"(?:should|must|may|can|could|might|need to|have to|had better|ought to) (?:\w+ly |also |just )?"
    r"|\b(?:should|must) (?:\w+ly |also |just )?"
    r"|\b(?:best|better|safer|wise|wiser|fine|okay|right|allowed|easiest|help|helps|idea|time|try|agree|offer|remember"
    r"|advise you|(?:tell|ask|let) (?:the child|your child|them|him|her|the pupil)|is) to (?:\w+ly )?)"
)
"""Where a verb is advice: at the start of a clause, or after words such as `you should` and `it is best to`."""

_HELPS = (
    r"\b(?:(?!\b(?:rarely|seldom|hardly|never|not|only)\b)[^,.]){0,40}"
    r"\b(?:helps?|works?|gains?|buys?|makes? (?:him|her|them|it)|is (?:fine|okay|best|right|wise)|will (?:stop|end"
    r"|make))\b"
)
_PERSON = (
    r"(?:the |that |this )(?:person|offender|stranger|man|woman|adult|suspect|blackmailer|abuser|groomer|bully|sender)"
)
_THEM = rf"(?:him|her|them|{_PERSON})"
_CHILD = (
    r"(?:you|(?:your|the|this) (?:child|son|daughter|pupil|teen|teenager|victim|girl|boy)|he|she|they|young people)"
)
_SEXUAL = r"(?:intimate|nude|naked|sexual|undressed|explicit|private)"
_PICTURES = r"(?:pictures?|images?|photos?|videos?|selfies?|film)"
_OF_THINGS = r" of (?!(?:the|your|an?|that) (?:child|pupil|girl|boy|son|daughter|victim)|him|her|them|you|it\b)"
_PICTURE = (
    rf"(?:(?:the|that|this|those|these|every|each|all) (?:{_SEXUAL} )?{_PICTURES}"
    rf"|(?:(?:an?|any|your|their|his|her|the child's) )?{_SEXUAL} {_PICTURES}|nudes?)\b(?! to (?:your|them)sel"
    rf"|{_OF_THINGS})"
)
_GADGET = r"(?:phone|smartphone|mobile|device|tablet|computer|laptop|internet|console|game|app|social media|wi-?fi)s?"
_ITS = r"(?:the |your |his |her |their |all )?(?:child's |son's |daughter's |pupil's )?"
_PARENTS = r"your (?:parents?|mum|mom|dad|mother|father)"

_RULES = compiled(
    {
        Rule.BLAME: (
            rf"\bwhy did(?:n't| not)? {_CHILD}\b|\bhow could you\b|\bwhat were you thinking\b|\btold you so\b",
            rf"\b{_CHILD} (?:really )?should(?:n't| not| never)? have (?:known|told|thought|been|said|seen|sent"
            r"|\w+ed)\b",
            r"\b(?:your|his|her|their|(?:your|the) (?:child|son|daughter|victim|pupil)'s) (?:own )?fault\b",
            rf"(?<!\bwho )(?<!\bor )(?<!follows or exposes ){_CHILD} (?:is|are|was|were) (?:also |partly |too "
            r"|very |so )*"
            r"(?:to blame|responsible|stupid|naive|careless|guilty|foolish|silly)\b",
            rf"\b{_CHILD} who \w+ [^,.]{{0,30}}\b(?:is|are) (?:also |partly )?(?:to blame|responsible|guilty)\b",
            r"\b(?:asked for (?:it|this)$|brought (?:it|this) (?:on|upon)|had it coming|serves? (?:him|her|them"
            r"|you) right)",
        ),
        Rule.PAY: (
            rf"{_DO}pay\b(?=$|[.!]| (?:{_THEM}|it|up|an?|some|something|part|half|what|whatever|once|now|quickly"
            r"|first|only"
            r"|small|little|if|in|to|the (?:money|sum|ransom|amount)|at once|immediately|and (?:he|she|they|it"
            r"|wait))\b)",
            r"\bpay(?:ing)? (?:a (?:little|small|bit|part)|small sums|part of it|half of it|once more)\b",
            rf"\bpaying{_HELPS}|{_DO}(?:negotiate|bargain|haggle|consider paying)\b",
            rf"{_DO}(?:send|give|transfer|offer)(?: {_THEM})? (?:the |some |a little |less |that |a (?:bit"
            r"|small (?:amount|sum)) of )?(?:money"
            r"|gift cards?)\b",
            rf"{_DO}give {_THEM} what (?:he|she|they) (?:wants?|asks?|demands?)\b|{_DO}give in to\b",
        ),
        Rule.DELETE: (
            rf"{_DO}(?:delete|erase|wipe|clear|uninstall|deactivate|get rid of)\b[^,.]{{0,30}}?\b(?:chats?"
            r"|conversations?|messages?|accounts?|apps?|profiles?|dms|texts|everything|it all|all of it|evidence"
            r"|proof)\b"
            r"(?! (?:you|they|he|she) (?:do not|don't|no longer|never))",
            rf"{_DO}(?:wipe|reset) (?:the|your|his|her|their) (?:phone|device)\b",
            rf"{_DO}(?:close|remove) (?:the|your|their|his|her|that|this) (?:\w+ )?(?:account|chat|app)\b",
            rf"\b(?:deleting|erasing) (?:the|your|all|this|that)\b{_HELPS}",
        ),
        Rule.COPY: (
            rf"{_DO}(?:(?:take|make|keep|get) (?:an? |some )?(?:screenshots?|cop(?:y|ies)|photos?|pictures?) of"
            r"|screenshot"
            r"|photograph|copy|save|print|forward|download|upload|send|e?-?mail|pass on|hand over|(?:store|keep|share"
            r"|show|look at"
            rf"|open|collect)(?= (?:\w+ )?{_SEXUAL}))\b(?:(?!\bof\b|\bnot?\b|\bnever\b"
            rf"|\bwithout\b)[^,.]){{0,25}} {_PICTURE}",
            rf"{_DO}(?:keep|make|save) (?:an?|one|some) cop(?:y|ies)(?: of it)?(?=$|[.!]| as (?:proof|evidence))",
            rf"{_DO}(?:send|show|mail|forward) (?:us|me|the (?:police|school)) (?:an?"
            rf"|your) (?:{_SEXUAL} )?{_PICTURES}\b",
        ),
        Rule.PROMISE: (
            rf"\b(?:{_PICTURES}|copies|it|they|everything|all) (?:will|is going to|are going to) (?:\w+ly |all "
            r"|soon |then )*"
            r"(?:vanish|disappear|be (?:\w+ly |all )?(?:gone|removed|deleted|erased|taken down|blocked))\b",
            r"\b(?:nobody|no one) will (?:ever )?(?:know|find out|see|hear)\b",
            r"\b(?:it|this|that|all|everything|what \w+ \w+) (?:will )?(?:all )?(?:stays?|remains?|be kept"
            r"|is kept) (?:a )?secret\b",
            r"\b(?:we|i|they)(?: will|'ll)? keep (?:it|this|that|everything|all of it) (?:a )?secret\b",
            rf"{_DO}promise (?:(?!no )\w+ ){{0,3}}(?:secrecy|to keep|not to tell|that (?:nobody|no one|it|all"
            r"|everything|you))\b",
            r"\b(?:we|i|they|police) (?:can )?(?:promise|guarantee)\b(?! (?:to|you) (?:listen|help|stay))"
            r"|\bguaranteed\b",
            r"\b(?:completely|totally|absolutely|perfectly|100 ?%) (?:safe|secure|sure)\b",
            rf"\b{_CHILD} (?:will|can)(?: not|not|n't| never) (?:be|get) (?:punished|prosecuted|charged|arrested"
            r"|in trouble with the (?:police|law))\b",
            rf"\b{_CHILD} will get (?:the|your|his|her|their) (?:{_PICTURES}|money) back\b",
            rf"\b{_CHILD} (?:has|have|did) (?:done )?nothing illegal\b|\bnothing (?:is|was|about it is) illegal\b",
            rf"\b{_CHILD} (?:has|have|did)(?:n't| not) (?:do |done )?(?:anything illegal|broken? (?:a|any|the) law)\b",
        ),
        Rule.POLICE: (
            r"\b(?:police|officers?|court|judge) (?:will|are going to|is going to|always|must) (?:\w+ly |soon "
            r"|then )*(?:find"
            r"|catch|arrest|identify|stop|punish|solve|delete|remove|trace|jail|get|believe)\b",
            rf"\b(?:{_PERSON}|he|she|they|criminals?|offenders?) (?:will|is going to|are going to) (?:\w+ly |soon "
            r"|then )*"
            r"(?:be (?:caught|arrested|found|punished|convicted|jailed)|go to (?:jail|prison))\b",
        ),
        Rule.FOR_EVER: (
            r"\b(?:online|internet|web|pictures?|photos?|images?|videos?|it|they) [^.]{0,30}"
            r"\b(?:for ?ever|never (?:go(?:es)?|be|come|disappears?|vanish(?:es)?))\b",
        ),
        Rule.PHONE: (
            rf"{_DO}take (?:away )?{_ITS}{_GADGET}(?: or \w+)? (?:away|from|off)\b",
            rf"{_DO}lock (?:away )?{_ITS}{_GADGET}(?: or \w+)? (?:away|off|from (?:him|her|them|(?:the|your) \w+))\b",
            rf"{_DO}(?:take away|confiscate|ban|forbid|withdraw|lock up|cut off) {_ITS}{_GADGET}(?!')\b",
            rf"\bno {_GADGET} for (?:a|one|two|three) (?:days?|weeks?|months?)\b",
            rf"{_DO}(?:punish|ground) (?:the|your|him|her|them)\b|\bas (?:a )?punishment\b",
            r"\byou(?: will|'ll)? lose (?:the|your) (?:phone|tablet|device)\b",
        ),
        Rule.CONFRONT: (
            rf"{_DO}(?:confront|trap|expose|track down|visit|warn) {_THEM}\b|{_DO}(?:lure|threaten (?:him|her"
            rf"|{_PERSON}))\b",
            rf"{_DO}(?:pose as|pretend to be|act as|reply as|write as)(?: if you were)? (?:your|the|a) (?:child"
            r"|girl|boy"
            r"|daughter|son|pupil)\b",
            rf"{_DO}(?:set (?:up )?a trap|arrange a meeting|go and (?:see|meet) {_THEM})\b",
            rf"{_DO}(?:write to|answer|message|call|meet|contact|reply to|speak to|talk to) {_THEM} (?:yourself"
            rf"|in (?:the|your) child's name|and tell {_THEM})\b",
        ),
        Rule.PARENTS: (
            rf"{_DO}(?:only |just )(?:ask|tell|talk to|go to|show) {_PARENTS}\b",
            rf"{_DO}(?:ask|tell|talk to|go to) (?:only|no one but|nobody but) {_PARENTS}\b",
        ),
    }
)
_TRIGGERS = {
    Rule.PAY: re.compile(r"pay|negotiat|bargain|haggle|money|gift card|give"),
    Rule.DELETE: re.compile(r"delet|eras|wipe|clear|uninstall|deactivat|rid of|close|remove"),
    Rule.COPY: re.compile(r"screenshot|photo|cop(?:y|ies)|image|picture|video|selfie|film|nudes"),
    Rule.PROMISE: re.compile(r"vanish|disappear|\bbe |will|secre|promis|guarant|safe|sure|secure|illegal|law|can"),
    Rule.PHONE: re.compile(rf"{_GADGET}|punish|ground"),
    Rule.CONFRONT: re.compile(
        r"confront|trap|expose|track|visit|warn|lure|threaten|pose|pretend| as |arrange|and (?:see|meet)|yourself"
        r"|'s name|and tell"
    ),
    Rule.PARENTS: re.compile(_PARENTS),
}
"""Words without which a rule cannot be broken: most clauses hold none, and the rules themselves are slow to try."""
_CLAIMS = {Rule.BLAME, Rule.PROMISE, Rule.POLICE, Rule.FOR_EVER}
"""Rules about statements; the others are about what a reader is told to do."""
_CONDITION = re.compile(
    r"(?:and |or )?(?:if|when|whenever|unless|whether|because|since|while|(?:those|people|\w+one) who)\b"
)
_TO_PARENTS = re.compile(rf"\b(?:ask|tell|talk to|go to|show|call) (?:it to )?{_PARENTS}\b", re.IGNORECASE)
_TO_OTHERS = re.compile(
    r"\b(?:teacher|nurse|aunt|uncle|cousin|coach|counsellor|helpline|police|adult|grown-up|grand\w+|relative|friend"
    r"|sister|brother|someone|somebody|anyone|person you trust|emergency number)",
    re.IGNORECASE,
)


def forbidden(line: str, *, signs: bool) -> Iterator[Rule]:
    """Yield the rules that a line breaks. Signs to watch for read like any other line in English."""
    quotes: list[str] = []

    def mark(quote: re.Match[str]) -> str:
        text = quote[1] or quote[2] or ""
        quotes.append(text)
        return f"«{len(quotes) - 1}{text[-1:] if text.endswith(('.', '!', '?')) else ''}»"

    for sentence in _SENTENCE.split(_QUOTE.sub(mark, line.replace("’", "'"))):
        yield from _broken(sentence.lower())
        for found in _MARK.finditer(sentence):
            before = sentence[: found.start()].lower()
            if not _refuses(before) and not _OTHERS_SAY.search(before):
                yield from forbidden(quotes[int(found[1])], signs=signs)


def refuses_list(line: str) -> bool:
    """Tell whether a line announces a list of things not to do or say."""
    return line.endswith(":") and _INTRODUCES_REFUSALS.search(line[:-1].lower()) is not None


def only_parents(text: str) -> bool:
    """Tell whether a text sends its reader to their parents and names nobody else."""
    return _TO_PARENTS.search(text) is not None and _TO_OTHERS.search(text) is None


def _broken(sentence: str) -> Iterator[Rule]:
    question = sentence.rstrip().endswith("?")
    for clause, refused in _clauses(sentence):
        told = question or _CONDITION.match(clause) is not None
        for rule, pattern in () if refused else _RULES:
            if (question and "why" not in clause) or (told and rule not in _CLAIMS):
                continue
            trigger = _TRIGGERS.get(rule)
            if trigger is not None and not trigger.search(clause):
                continue
            if any(not _NEGATION.search(clause[: m.start()]) for m in pattern.finditer(clause)):
                yield rule


def _clauses(sentence: str) -> Iterator[tuple[str, bool]]:
    """Yield the clauses, and whether a refusal before them covers them too: "do not copy, save or print it"."""
    begin, refused, separator = 0, False, ""
    ends = [*_CLAUSE.finditer(sentence), None]
    for end in ends:
        clause = sentence[begin : end.start() if end else len(sentence)]
        rest = sentence[begin:]
        if separator == ",":
            goes_on = " or " in rest or " nor " in rest or not _MARK.sub("", clause).replace("and", "").strip()
            refused = refused and goes_on and not _RESTART.match(clause)
        elif separator != ":" or not _INTRODUCES_REFUSALS.search(sentence[:begin].rstrip(": ")):
            refused = False
        yield clause, refused
        refused = refused or _NEGATION.search(clause) is not None
        separator = (end[1] or "") if end else ""
        begin = end.end() if end else begin


def _refuses(before: str) -> bool:
    """Tell whether the words before a quotation refuse it: `Do not say "..."`."""
    *_, (clause, refused) = _clauses(before.rstrip(" ,:"))
    return refused or _NEGATION.search(clause) is not None
