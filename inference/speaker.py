"""Whose words a reported statement gives, where the wording tells: a name before the verb, behind it or at the head."""

import re

VERBS = """
say says said saying tell tells told telling add adds added adding claim claims claimed claiming allege alleges
alleged alleging states stated stating declare declares declared insist insists insisted argue argues argued
arguing assert asserts asserted reiterate reiterates reiterated stress stresses stressed stressing emphasise
emphasised emphasises emphasize emphasized emphasizes underlined note notes noted noting remarked remarks warn warns
warned warning reports reported announces write writes tweets tweeted posted quotes quoted quoting cites cited
explained explains recall recalls recalled admit admits admitted assured retorted acknowledge acknowledges
acknowledged conceded concedes confirm confirms confirmed predicts predicted complain complains complained conveyed
contends contended believe believes believed thinks suggests suggested hoped hopes objected objects replied replies
answered responded wondered testified testifies describes described estimates estimated concludes conclude concluded
ruled rules considers considered commented vows vowed pledges pledged promises promised threatens threatened ask
asks asked accuse accuses accused accusing blame blames blamed blaming condemn condemns condemned condemning denies
denied deny denying reject rejects rejected rejecting dismisses dismissed urge urges urged urging demand demands
demanded demanding refuted refutes praise praises praised welcome welcomes welcomed welcoming begged deploring wants
criticise criticised criticises criticized criticizes denounces denounced denouncing deplores deplored deplore
regrets regretted regretting expressing thanks thanked hails hailed rebuked expects verified authenticated reaffirm
reaffirmed reaffirms informed informs boasted swore congratulates congratulated maintains maintained protested
protests appealed appeals advised advises reckoned termed brands branded
"""
"""Verbs by which wires report what somebody says or holds, in the forms in which they do."""

PHRASES = (
    r"(?:agreed|announced|finding|finds|found|held|holds|show) that",
    r"(?:announced|hit) (?:in|back)",
    r"call(?:s|ed|ing)? (?:for|it|on|the|upon)",
    r"express(?:es|ed)?(?! (?:its |his |her |their )?condol)",
    r"figures show",
    r"found (?:no|one)",
    r"goes on|went on",
    r"held (?:Azerbaijan responsible|Armenia responsible|unanimously)",
    r"let it be known",
    r"observed(?! an?)",
    r"ordered (?:Azerbaijan|Armenia)",
    r"pleased to report",
    r"point(?:s|ed) out",
    r"spoke of",
    r"state(?= that\b)",
    r"wrote(?! down| to| a)",
)
"""What takes more than one word, or must not be followed by some; regular expressions."""

REPORTING = re.compile(rf"\b(?:{'|'.join((*PHRASES, *VERBS.split()))})\b")
LY = r"(?!(?:family|assembly|ally|daily|weekly)\b)(?-i:[a-z]+ly)"
"""An adverb: in lower case, for Italy and Mr Kelly speak."""
INDIRECT = re.compile(
    r"\b(?:be|been|being|is|are|was|were|it|to|can|could|may|might|not|one|must|who|which|whom|whose|what|those|nobody"
    r"|they|each|side|when|once|first|had|would|by|ever"
    rf"|as (?:Baku|Yerevan|he|she|it)|(?:which|what|that|whose) (?:\w+ ){{1,2}})(?:\s+{LY})?\s*$",
    re.IGNORECASE,
)
"""Behind these a verb tells of saying, or of nothing said, and does not report it."""
NOUN = re.compile(
    r"\b(?:the|a|an|this|that|their|its|his|her|of|no|any|every|each|'s|’s|in|on|and a)\s+$", re.IGNORECASE
)
"""Behind these a word that looks like a verb is a noun or an adjective."""
REACH = 100
"""Characters before a verb in which the words above are looked for."""
AS_NOUN = re.compile(
    r"(?:states|reports|claims|estimates|notes|rules|demands|appeals|pledges|promises|protests)"
    r"(?: (?:about|by|from|in|of|on)(?: (?!(?:that|which|who|and|but)\b)[^\s,;:_]+){1,4}?)?"
    rf"(?: (?:also|had|have|later|now|{LY}))?"
    r" (?:say|said|tell|told|suggest|suggested|claim|claimed|allege|add|added|stated|quoted|cited|described)\b"
)
"""What looks like a verb and does itself say something, as in `unconfirmed reports said`."""
LAST = re.compile(
    r",\s(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Oo]ne|[Tt]wo|[A-Z][\w’'-]+)\b"
    r"(?:(?! (?:was|were|been|be|being|is|are|has|had|have|and|who|that)\b)[^,;:]){0,60}"
    r"\s(?!killed|wounded|fired|shelled|destroyed|died|hurt)"
    r"(?:[a-z]+ed|said|found|wrote|put it|went on|gave notice)\.?[\"”’]?$"
)
"""Somebody with a verb behind a last comma, `…, the analyst reckoned.`"""
SPEAKER_BEHIND = re.compile(r": ([A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?|\w+ (?:minister|ministry|official|envoy|MP|PM))$")
"""A headline that ends with who says it."""
QUOTED = re.compile(r"[“\"«]([^”\"»]+)(?:[”\"»]|$)|(?<!\w)‘([^‘’]{12,})’|(?<!\w)'([^']{12,})'(?!\w)")
HEADED = re.compile(r"^([A-Z][^\s:,;!?\"“0-9]*(?: [^\s:,;!?\"“0-9]+){0,3}):\s+(?=\S+ \S+ \S+)")
"""A headline, or a record, that begins with who says it."""
SOMEBODY = re.compile(
    r"(?:[A-Z][\w.’'-]*)(?: [A-Z][\w.’'-]*)*"
    r"|.*\b(?:ministers?|governor|officials?|ministry|lawmakers?|senators|MPs|assembly|presidency|spokes\w+|envoy|court"
    r"|union|party|in the region)\b.*"
)
"""A head that names somebody: all in capitals, or with an office."""
NO_SPEAKER = re.compile(
    r"(?:Watch|Check|Update|Live|Explainer|Again|Judo|Chess|Football|Video|Photos?|Opinion|Analysis"
    r"|Sept?|Oct|Nov|Dec|Jan|Feb|Mar|Apr|May|June|July|Aug)\.?$"
)
PLACE_AND_DAY = r"[A-Z][\w.’'/-]+,?(?: (?:[A-Z][\w.’'/-]*|\d{1,4}\.?),?){0,6}"
DATELINE = re.compile(
    rf"\A(?:{PLACE_AND_DAY}"
    r"(?: \([^()]{2,40}\),? ?[-–—]{1,2}| ?/[\w .-]{2,30}/[.,]?(?: [-–—]{1,2})?|(?<=[A-Z]{4}\.)|(?<=\d\.))"
    rf"|(?=[A-Z]{{3,}}\b){PLACE_AND_DAY} [-–—]{{1,2}}) "
)
"""Where, when and by whom a wire was sent: `BAKU, Nov. 9 (Reuters) - `, `YEREVAN, OCTOBER 27, ARMENPRESS. `."""
IN_NAME = r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Gen|Maj|Col|Lt|Brig|Capt|Sgt|Adm|Amb|Gov|Rep|Sen|St)\.|[^,.;:_])"
"""A character of a name, or an initial or a title with its full stop."""
ACCORDING = re.compile(
    rf"\b[Aa]ccording to ((?:(?! (?:which|who|that|in|on|as|has|had|have|is|are|was|were)\b){IN_NAME}){{3,60}})"
)
BEHIND = re.compile(rf"\s((?=[Tt]he |[Aa]n? |[Ii]ts |[A-Z])(?:(?! (?:on|in|at|after|as|of)\b){IN_NAME}){{2,54}})")
DASH = re.compile(r"(?:^|\s)[-–—]{1,2}\s")
ADVERB = re.compile(
    rf"{LY}|also|then|now|later|again|has|have|had|yesterday|once|still|both|could|will|would|on|\w+day"
)
LEADING = frozenset({
    "and", "but", "while", "whereas", "when", "as", "on", "yesterday", "today", "earlier", "later", "then", "meanwhile",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
})  # fmt: skip
"""Words that may stand before a name."""
NAME = re.compile(
    r"[A-Z]|the |an? |its |his |her |their |our |one |two |three |both |many |some |officials |sources |residents "
)
NOBODY = frozenset({"I", "We", "It", "You", "This", "That", "There"})
"""Words that a sentence begins with and that name no speaker, at the head of what would be a name."""

LONGEST_NAME = 9
"""Words of a speaker's name; what is longer is no name."""


def read_speaker(text: str) -> str | None:
    """The words of a reported statement that name who speaks; None where nobody is named, or nobody can be told.

    Args:
        text: one statement that gives somebody's words.
    """
    text = DATELINE.sub("", text)
    if (headed := HEADED.match(text)) and SOMEBODY.fullmatch(headed[1]) and not NO_SPEAKER.search(headed[1]):
        return headed[1]
    outside = QUOTED.sub(lambda match: "_" * len(match[0]), text)
    if named := SPEAKER_BEHIND.search(text) or ACCORDING.search(outside):
        return named[1]
    if last := LAST.search(text):
        return _name(text[last.start() + 1 : last.end()].rstrip('."”’').split()[:-1])
    verb = next((match for match in REPORTING.finditer(outside) if _reports(outside, match)), None)
    return _around(outside, verb) if verb else None


def _around(text: str, verb: re.Match[str]) -> str | None:
    """The name before the verb in its clause; behind it, as in `said the ministry`, if nothing stands before."""
    parts = DASH.split(re.split(r"[,;:_]\s", text[: verb.start()])[-1])
    if words := (parts[-1].strip() or parts[0]).split():  # `the minister - a former general - said`
        return _name(words)
    behind = BEHIND.match(text, verb.end())
    return behind[1] if behind else None


def _reports(text: str, verb: re.Match[str]) -> bool:
    """Whether a verb's form in its place is one that reports."""
    before = text[max(0, verb.start() - REACH) : verb.start()]
    return not (INDIRECT.search(before) or NOUN.search(before) or AS_NOUN.match(text, verb.start()))


def _name(words: list[str]) -> str | None:
    """The words without those around a name, if what is left may be one."""
    while words and ADVERB.fullmatch(words[-1]):
        words.pop()
    while words and words[0].lower() in LEADING:
        words.pop(0)
    if not 0 < len(words) <= LONGEST_NAME or words[0] in NOBODY:
        return None
    name = " ".join(words)
    return name if NAME.match(name) else None
