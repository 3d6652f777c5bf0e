"""Whose words a reported statement gives, where the wording tells: a name before the verb, behind it or at the head."""

import re
from itertools import pairwise

VERBS = """
say says said saying tell tells told telling add adds added adding claim claims claimed claiming allege alleges
alleged alleging stated stating declare declares declared insist insists insisted argue argues argued
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
    r"states?(?=(?: once again)? that\b)",
    r"wrote(?! down| to| a)",
)
"""What takes more than one word, or must not be followed by some; regular expressions."""

REPORTING = re.compile(rf"\b(?:{'|'.join((*PHRASES, *VERBS.split()))})\b")
LY = r"(?!(?:family|assembly|ally|daily|weekly)\b)(?-i:[a-z]+ly)"
"""An adverb: in lower case, for Italy and Mr Kelly speak."""
INDIRECT = re.compile(
    r"\b(?:be|been|being|is|are|was|were|it|to|can|could|may|might|not|one|must|who|which|whom|whose|what|those|nobody"
    r"|they|each|(?:each|either|neither|one|other) side|when|once|first|had|would|by|ever|without"
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
    r"(?:reports|claims|estimates|notes|rules|demands|appeals|pledges|promises|protests)"
    r"(?: (?:about|by|from|in|of|on)(?: (?!(?:that|which|who|and|but)\b)[^\s,;:_]+){1,4}?)?"
    rf"(?: (?:also|had|have|later|now|{LY}))?"
    r" (?:say|said|tell|told|suggest|suggested|claim|claimed|allege|add|added|stated|quoted|cited|described)\b"
)
"""What looks like a verb and does itself say something, as in `unconfirmed reports said`."""
DAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\d{1,2} [A-Z][a-z]{2,8}|[A-Z][a-z]{2,8}\.? \d{1,2})"
LAST = re.compile(
    r",\s((?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Oo]ne|[Tt]wo|[A-Z][\w’'-]+)\b"
    r"(?:(?! (?:was|were|been|be|being|is|are|has|had|have|and|who|that|said)\b)[^,;:]){0,60})"
    r"\s(?!killed|wounded|fired|shelled|destroyed|died|hurt)"
    r"(?:[a-z]+ed|said|found|wrote|put it|went on|gave notice)"
    rf"(?: (?:late |early )?(?:on )?{DAY}| in an? (?:[\w-]+ )?(?:statement|interview|briefing|speech|post|tweet))*"
    r"\.?[\"”’]?$"
)
"""Somebody with a verb behind a last comma, `…, the analyst reckoned.`, at most with a day or an occasion behind it."""
AT_END = r"([A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}|\w+ (?:minister|ministry|official|envoy|MP|PM))$"
SPEAKER_BEHIND = re.compile(": " + AT_END)
"""A headline that ends with who says it."""
BEHIND_DASH = re.compile(" [-–—] " + AT_END)
"""The same, of a headline that has no verb of saying; of another, the outlet stands there."""
TOLD = re.compile(rf"{REPORTING.pattern}|announced|repeated|showed|indicated|revealed")
"""Verbs with which somebody behind a last comma tells whose words all before it are, though it has a verb too."""
QUOTED = re.compile(r"[“\"«]([^”\"»]+)(?:[”\"»]|$)|(?<!\w)‘([^‘’]{12,})’|(?<!\w)'([^']{12,})'(?!\w)")
HEADED = re.compile(r"^([A-Z][^\s:,;!?\"“0-9]*(?: [^\s:,;!?\"“0-9]+){0,3}):\s+(?=\S+ \S+ \S+)")
"""A headline, or a record, that begins with who says it."""
SOMEBODY = re.compile(
    r"(?:[A-Z][\w.’'-]*)(?: [A-Z][\w.’'-]*)*"
    r"|.*\b(?:[Mm]inister|ministers|governor|officials?|[Mm]inistry|lawmakers?|senators|MPs|assembly|[Pp]resident"
    r"|presidency|spokes\w+|envoy|court|union|party|in the region)\b.*"
)
"""A head that names somebody: all in capitals, or with an office."""
NO_SPEAKER = re.compile(
    r"(?:Check|Again|Judo|Chess|Football|Sept?|Oct|Nov|Dec|Jan|Feb|Mar|Apr|May|June|July|Aug|VIDEO|PHOTOS?)\.?$"
)
LABELS = re.compile(
    r"\A(?:(?i:breaking(?: news)?|urgent|live|watch|photos?|video|exclusive|factbox|updated?|correct(?:ion|ed)"
    r"|interview|commentary|timeline|note|source|title|explainer|opinion|analysis|wrapup|rpt|refile)"
    r"(?: \d{1,2})?(?::\s+|-(?=[A-Z]))|[QA]:\s+)+"
)
"""What a headline begins with that is no part of it: `BREAKING: `, `UPDATE 1-`."""
PLACE_AND_DAY = r"[A-Z][\w.’'/-]+,?(?: (?:[A-Z][\w.’'/-]*|\d{1,4}\.?),?){0,6}"
DATELINE = re.compile(
    rf"\A(?:{PLACE_AND_DAY}"
    r"(?: \([^()]{2,40}\),? ?[-–—]{1,2}| ?/[\w .-]{2,30}/[.,]?(?: [-–—]{1,2})?|(?<=[A-Z]{4}\.)|(?<=[A-Z]/)"
    r"|(?<=\d\.)(?: (?:APA|Report|TASS|Trend|Turan):)?|(?<=(?:uary|arch|pril| May|June|July|gust|mber|ober)\.))"
    rf"|(?=[A-Z]{{3,}}\b){PLACE_AND_DAY} [-–—]{{1,2}}) "
)
"""Where, when and by whom a wire was sent: `BAKU, Nov. 9 (Reuters) - `, `Baku. 19 September. REPORT.AZ/ `."""
IN_NAME = r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Gen|Maj|Col|Lt|Brig|Capt|Sgt|Adm|Amb|Gov|Rep|Sen|St)\.|[^,.;:_])"
"""A character of a name, or an initial or a title with its full stop."""
ACCORDING = re.compile(
    rf"\b[Aa]ccording to ((?:(?! (?:which|who|that|in|on|as|has|had|have|is|are|was|were)\b){IN_NAME}){{3,60}})"
)
BEHIND = re.compile(
    r"\s((?=[Tt]he |[Aa]n? |[Ii]ts |[A-Z])"
    rf"(?:(?! (?:on|in|at|after|as|of|who|whose|which|based|being)\b){IN_NAME}){{2,54}})"
)
INVERTED = frozenset({
    "say", "says", "said", "add", "adds", "added", "note", "notes", "noted", "report", "reports", "reported",
    "stress", "stresses", "stressed", "stated", "write", "writes", "wrote", "tweets", "tweeted", "warn", "warns",
    "warned", "explains", "explained", "claim", "claims", "claimed", "asserts", "asserted", "declares", "declared",
    "insists", "insisted", "argues", "argued", "recalls", "recalled", "underlined", "remarks", "remarked",
    "announces", "concludes", "concluded", "asks", "asked", "replies", "replied", "commented", "confirms",
    "confirmed", "posted", "quoting",
})  # fmt: skip
"""Verbs that may stand before the name, `said the ministry`; behind others is whom they are about."""
CLAUSE = re.compile(
    r"\b(?:had|has|have|was|were|is|are|will|would|could|can|may|might|must|should|that|which|did|does|do"
    r"|to (?!the\b)[a-z]+)\b|\b[a-z]+ed$"
)
"""Words that no name has."""
BARE = re.compile(r"(?:[Tt]he )?[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)*")
"""A name without any other word."""
SEVERAL = re.compile(r"(?:[A-Z][\w.-]+, )+[A-Z][\w.-]+ ")
"""Names that a headline begins with, as in `Armenia, Azerbaijan accuse each other`."""
DASH = re.compile(r"(?:^|\s)[-–—]{1,2}\s")
ADVERB = re.compile(
    rf"{LY}|also|then|now|later|again|has|have|had|yesterday|once|still|both|could|will|would|on|\w+day"
)
DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
TIMES = DAYS | {
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
}  # fmt: skip
LEADING = DAYS | {
    "and", "but", "while", "whereas", "when", "as", "yesterday", "today", "earlier", "later", "then", "meanwhile",
}  # fmt: skip
"""Words that may stand before a name."""
OPENING = frozenset({
    "in", "on", "at", "during", "after", "before", "following", "amid", "since", "from", "by", "with", "for", "under",
    "despite",
})  # fmt: skip
"""Words by which a sentence begins with a time, a place or an occasion; the name is behind that."""
JOINING = OPENING | {"of", "to", "between", "the", "a", "an", "and", "his", "her", "its", "their"}
"""Words that the next one belongs to: what it begins is no name of its own."""
NAME = re.compile(
    r"[A-Z]|the |an? |its |his |her |their |our |one |two |three |both |many |some |officials |sources |residents "
)
NOBODY = frozenset({"I", "We", "It", "You", "He", "She", "They", "This", "That", "There"})
"""Words that a sentence begins with and that name no speaker, at the head of what would be a name."""
UNENDED = frozenset({
    "and", "but", "or", "he", "she", "it", "they", "we", "I", "as", "between", "by", "for", "from", "its", "of", "the",
    "their", "with", "without",
})  # fmt: skip
"""Words that no name ends with: what they are the end of is none, or holds another verb."""
ANOTHER = re.compile(
    r"(?<!\b[Tt]he)(?<!\b[Aa]n)(?<!\b[Aa])(?<! who)(?<! that)"
    rf"(?: (?:has|had|have|is|are|was|were|always|also|each|{LY})){{0,3}}"
    r" (?:[a-z]+ed(?! by)|gave|held|made|met|sent|shook|spoke|took|went|wrote)\b.*$"
)
"""Another verb behind the name, as in `the ministry summoned the envoy and said`, and all behind it."""

LONGEST_NAME = 9
"""Words of a speaker's name; what is longer is no name."""


def read_speaker(text: str) -> str | None:
    """The words of a reported statement that name who speaks; None where nobody is named, or nobody can be told.

    Args:
        text: one statement that gives somebody's words.
    """
    text = LABELS.sub("", DATELINE.sub("", " ".join(text.split())))
    if (headed := HEADED.match(text)) and SOMEBODY.fullmatch(headed[1]) and not NO_SPEAKER.search(headed[1]):
        return headed[1]
    outside = QUOTED.sub(lambda match: "_" * len(match[0]), text)
    if named := SPEAKER_BEHIND.search(text) or ACCORDING.search(outside):
        return None if named[1] in {"him", "her", "them"} else named[1]
    verb = next((match for match in REPORTING.finditer(outside) if _reports(outside, match)), None)
    last = LAST.search(text)
    if last and (verb is None or verb.start() >= last.start() or TOLD.search(last[0])):
        return _name(last[1].split())
    if verb is None:
        return named[1] if (named := BEHIND_DASH.search(text)) and not NO_SPEAKER.search(named[1]) else None
    return _around(outside, verb)


def _around(text: str, verb: re.Match[str]) -> str | None:
    """The name before the verb in its clause, or before an aside; behind it, as in `said the ministry`, if none is."""
    head = text[: verb.start()]
    if SEVERAL.fullmatch(head) and not text.endswith(".") and not verb[0].endswith(("s", "d", "ing")):
        return head.strip()
    parts = re.split(r"[;:_] ", head)[-1].split(", ")
    dashes = DASH.split(parts[-1])
    # Of `the minister - a former general - said` the first words; of `talks failed - said the minister` none.
    if words := (dashes[-1].strip() or (dashes[0] if len(dashes) > 2 else "")).split():
        if words[-1] in {"and", "but"} or verb[0].endswith("ing"):
            words = ANOTHER.sub("", " ".join(words)).split()
        return _name(words)
    aside = len(parts) > 2 and not parts[-1] and not CLAUSE.search(parts[-3])
    before = parts[-3] if aside else ""  # `Aliyev, the president, said`
    behind = BEHIND.match(text, verb.end()) if verb[0] in INVERTED else None
    if behind and not CLAUSE.search(behind[1]) and not BARE.fullmatch(before):
        return behind[1]
    return _name(before.split())


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
    if words and words[0].lower() in OPENING:
        words = _behind_opening(words)
    if not 0 < len(words) <= LONGEST_NAME or words[0] in NOBODY or words[-1] in UNENDED:
        return None
    name = " ".join(words)
    return name if NAME.match(name) else None


def _behind_opening(words: list[str]) -> list[str]:
    """The words of the name behind an opening, as in `during the talks Aliyev`; all where it cannot be told."""
    names: list[int] = []
    for place, (before, word) in enumerate(pairwise(words), 1):
        begins = NAME.match(" ".join(words[place : place + 2])) and word.lower() not in TIMES
        if begins and before.lower() not in JOINING:
            if word.islower():  # an article is surer than a capital, which names of places have too
                names = [place]
            elif not names and (before.lower() in TIMES or not before[0].isupper()):
                names.append(place)
    return words[names[0] :] if names else words
