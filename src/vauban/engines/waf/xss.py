"""Does this value bring script with it, wherever in a page it may come to stand?

It may come to stand between tags, in an attribute's value, in a URL, in a style, in a script's string or in a template:
each has its ways in, and `WAYS` describes them. What browsers overlook is overlooked here: control characters in a
scheme or between a tag's parts, entities in an attribute, case.
"""

import re
from html import unescape

_GAP = r"[\s\0/]"
"""What may stand between a tag's name and its attributes (HTML Standard, 13.2.5.32)."""
_IGNORED = r"[\0-\x20]*"
"""What browsers leave out of a URL's scheme (URL Standard, 4.4)."""


def _scheme(name: str) -> str:
    return _IGNORED.join(name) + _IGNORED + ":"


_SCRIPT = rf"(?:{_scheme('javascript')}|{_scheme('vbscript')}|{_scheme('livescript')})"
_SCRIPT_URL = rf"(?:{_SCRIPT}|data:[^,]{{0,40}}(?:html|svg|xml|script))"
_HANDLER = r"on[a-z]{3,25}[\s\0]*=[\s\0]*[^\s\0{]"
"""An event handler content attribute; not one of JSX, whose value is in braces."""
_CALLS = (
    r"(?:alert|confirm|prompt|eval|fetch|print|import|require|settimeout|setinterval|function|atob|open|write(?:ln)?)"
)
_GLOBALS = r"(?:window|self|top|this|parent|frames|globalthis|document|location|constructor|__proto__|localstorage)"


_CALLED = r"(?:\s|/\*.{0,40}?\*/)*[(`.\[]"
_URLS = (
    r"(?:xlink:href|href|src|action|formaction|data|code|codebase|poster|background|dynsrc|lowsrc|from|to|by|values"
    r"|content|folder)"
)

TAGS = (
    r"<[\s\0/]*script(?:[\s\0/>=:]|$)",
    rf"<(?:[a-z]{{1,12}}:)?(?:i?frame|frameset|object|embed|applet|base|portal|bgsound|xss|isindex){_GAP}[^<]{{0,200}}?=",
    rf"<meta{_GAP}[^>]{{0,200}}?(?:http-equiv|charset)",
    rf"<link{_GAP}[^>]{{0,200}}?(?:stylesheet|import|preload|manifest)",
    rf"<[a-z!?/][^<>]*?[\"'\s\0/`]{_HANDLER}",
    rf"<[a-z!?/][^<>]*?[\"'\s\0/`]{_URLS}[\s\0]*=[\s\0\"'`]*{_SCRIPT_URL}",
    r"<[a-z][^<>]*?[\s\0/\"'`]srcdoc[\s\0]*=",
    r"<[a-z][^<>]*?[\s\0/\"'`]style[\s\0]*=[^>]{0,200}?(?:expression\s*\(|-moz-binding|behaviou?r\s*:)",
    rf"<[a-z][^<>]*?[\s\0/\"'`]style[\s\0]*=[^>]{{0,200}}?url\s*\(\s*[\"']?{_SCRIPT_URL}",
    r"<(?:svg|math)[\s\0/>][^<]{0,200}<(?:animate|set|script|handler|foreignobject|use|maction|image)\b[^>]{0,200}?=",
    r"<style[\s\0/>][^<]{0,200}?(?:@import|expression\s*\(|url\s*\(|-moz-binding|behaviou?r\s*:)",
    r"<!entity\b|<!doctype[^>]{0,100}\[|<\?(?:xml-stylesheet|import)\b",
)
ATTRIBUTES = (
    rf"[\"'`][\s\0/>]*(?:[a-z-]{{1,20}}[\s\0]*(?:=[\s\0]*[^\s]{{0,40}})?[\s\0/]){{0,4}}[\s\0/]*{_HANDLER}",
    rf"^[\s\0]*[\w-]*[\s\0/]*{_HANDLER}[^\s]{{0,60}}?[(`]",
)
URLS = (
    rf"^{_IGNORED}[\"'(]?{_IGNORED}{_SCRIPT}[\s\S]{{0,80}}?[(`=%/\[]",
    rf"[\s\"'(=]{_scheme('javascript')}[^\s]{{0,40}}(?:[(`=]|%28)",
    rf"^{_IGNORED}data:text/html",
)
SCRIPTS = (
    rf"^[^\"'`]*[\"'`][\s)\]}}]*[;,+\-*/|&^?:<>=%(\[]+[\s\S]{{0,40}}?\b{_CALLS}{_CALLED}",
    rf"^[^\"'`]*[\"'`][\s)\]}}]*[;,+\-*/|&^?:]+\s*{_GLOBALS}\s*[.\[=]",
    rf"\b{_GLOBALS}\s*(?:\.\s*|\[\s*[\"'`])(?:{_GLOBALS}\s*\.\s*)?(?:cookie|domain|write(?:ln)?|innerhtml|outerhtml|location|href"
    r"|constructor)\b[\"'`\s\]]*[=(.+\[]",
    rf"\b{_GLOBALS}\s*(?:\[\s*[\"'`/]|\.\s*(?:alert|eval|confirm|prompt)\s*[(`\[])",
    r"\b(?:alert|confirm|prompt)\s*(?:`|\(\s*(?:\d|/|[\"'`]?xss|document|origin|location|[\"'`]\s*\)|string\.|\)\s*$))",
    r"\b(?:eval|settimeout|setinterval|function)\s*\(\s*[\"'`]?\s*(?:alert|atob|string\.fromcharcode|unescape|location|document)",
    r"\[\]\[(?:\(!\[\]|[\"'`])|\(!\[\]\+\[\]\)",
    rf"\\u00(?:3c|22|27)[^\s]{{0,40}}?(?:script|{_HANDLER})",
)
TEMPLATES = (rf"(?:\$\{{|\{{\{{|\#\{{|<%=?)[^{{}}]{{0,80}}?(?:{_CALLS}\s*\(|{_GLOBALS}\s*[.\[])",)

WAYS = (*TAGS, *ATTRIBUTES, *URLS, *SCRIPTS, *TEMPLATES)
"""Where one of these matches, case aside and `.` being any character, there is script; where none does, there is none.
They are of the kind that automata match many of at once (no lookaround, no back reference)."""
PREFILTER = (*(way.encode() for way in WAYS), rb"&(?:#[xX]?[0-9A-Fa-f]|[A-Za-z]{2,12};)", rb"[\x1c-\x1f\x80-\xff]")
"""What one of matches every value that `detect` may take, read as bytes: for a scan of many values at once, in which
`^` is the beginning of each. The last is what text and bytes count differently."""
_WAYS = re.compile("|".join(WAYS), re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(rb"&(?:#[xX]?[0-9A-Fa-f]|[A-Za-z]{2,12};)")


def detect(value: bytes) -> tuple[str, ...] | None:
    """What of `value` is cross-site scripting, as AWS logs it in `matchedData`; None where nothing is."""
    text = value.decode("utf-8", "replace")
    found = _WAYS.search(text)
    if not found and _ENTITY.search(value):
        found = _WAYS.search(unescape(text))
    return (found[0].strip()[:64],) if found else None
