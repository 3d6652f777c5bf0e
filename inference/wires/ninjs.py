"""IPTC ninjs, news in JSON, of the generations 1, 2 and 3: their names differ in case and in singular and plural."""

from collections.abc import Iterable, Mapping

from wirestance.inference.wires.markup import html_text, unmarked
from wirestance.inference.wires.problems import UnreadableError, shown
from wirestance.inference.wires.text import is_blank

SIGNS = frozenset({"bodies", "headlines", "versioncreated", "firstcreated", "contentcreated", "pubstatus"})
"""Names, in small letters, of which an item of ninjs has some beside its `uri`."""


ASIDES = frozenset({"abstract", "caption", "summary"})
"""Roles of bodies that are not the article's text."""


def is_ninjs(item: Mapping[str, object]) -> bool:
    """Whether an object is an item of ninjs: by the standard that it names, or by its names."""
    standard = item.get("standard")
    name = standard.get("name") if isinstance(standard, Mapping) else None
    if isinstance(name, str) and name.lower().endswith("ninjs"):  # IPTC's own example has TTNINJS
        return True
    names = {key.lower() for key in item}
    return "uri" in names and (not names.isdisjoint(SIGNS) or any(key.startswith("body_") for key in names))


def ninjs_values(item: Mapping[str, object]) -> dict[str, object]:
    """The raw values of an item under the names of `Wire`.

    Raises:
        UnreadableError: it was withdrawn, or has no body.
    """
    values = {name.lower(): value for name, value in item.items()}
    status = values.get("pubstatus")
    if status not in (None, "", "usable"):
        raise UnreadableError(f"is not for use: its pubstatus is {shown(status)}, and only usable is read")
    return {
        "text": _body(values),
        "source": _source(values),
        "date": next((values[name] for name in ("versioncreated", "contentcreated") if values.get(name)), None),
        "language": values.get("language"),
        "id": values.get("uri"),
        "url": values.get("url"),
        **unmarked({"title": _headline(values)}),
    }


def _body(values: Mapping[str, object]) -> object:
    """Plain text before markup, since it needs no taking apart; a summary or a blank one only where no other is."""
    named = _named(values, "body_")
    roles = [role for role, _ in _parts(values, "bodies", "role")] + [""] * len(named)
    parts = [*_parts(values, "bodies", "contenttype"), *named]
    bodies = [(role in ASIDES, kind, value) for role, (kind, value) in zip(roles, parts, strict=True)]
    filled = [body for body in bodies if not is_blank(body[2])]
    for _, kind, value in sorted(filled or bodies, key=lambda body: (body[0], not _is_plain(body[1]))):
        if _is_plain(kind) or not isinstance(value, str):
            return value
        if "html" in kind:
            return html_text(value)
    kinds = ", ".join(shown(kind) for kind, _ in parts) or "none"
    raise UnreadableError(f"has no body in text or HTML (there is {kinds}); its type is {shown(values.get('type'))}")


def _headline(values: Mapping[str, object]) -> object:
    headlines = _parts(values, "headlines", "role")
    main = [value for role, value in headlines if role == "main"] + [value for _, value in headlines]
    return values.get("headline") or next(iter(main), None)


def _source(values: Mapping[str, object]) -> object:
    for name in ("source", "infosource", "infosources", "copyrightholder"):
        value = values.get(name)
        if isinstance(value, list):
            value = next(iter(value), None)
        if value:
            return value
    return None


def _is_plain(kind: str) -> bool:
    return kind in {"", "text", "text/plain"}


def _parts(values: Mapping[str, object], name: str, kind: str) -> list[tuple[str, object]]:
    """The parts of a list of objects with a value each, of the generations 2 and 3."""
    parts = values.get(name)
    if not isinstance(parts, Iterable) or isinstance(parts, str):
        return []
    small = [{key.lower(): value for key, value in part.items()} for part in parts if isinstance(part, Mapping)]
    return [(_kind(part.get(kind)), part["value"]) for part in small if "value" in part]


def _kind(value: object) -> str:
    """A content type without its parameters, or a role."""
    return str(value or "").lower().partition(";")[0].strip()


def _named(values: Mapping[str, object], start: str) -> list[tuple[str, object]]:
    """The fields of a name with the kind at its end, of generation 1: body_text, body_xhtml."""
    return [(name.removeprefix(start), value) for name, value in values.items() if name.startswith(start)]
