"""SQL, or what may be a piece of it, as a string of one letter a token.

A fragment has no beginning and no end, so nothing here is a parser: the last string may be unterminated, and a word
that is in no dialect is a name. The letters:

    1  a literal             s  a string           n  a name (a.b.c is one), a variable
    z  a function of no use but to attackers       f  any other that SQL knows      F  one that it does not
    &  AND OR XOR && ||      =  a comparison       +  arithmetic                    !  CASE, EXISTS, ALL, ~, …
    w  FROM, WHERE, LIMIT, AS, … and what else joins operands                       ,  ;  ( )
    S  SELECT                U  UNION, EXCEPT, …   B  ORDER BY, GROUP BY, HAVING
    D  a statement that changes things             d  one that everyday language has too
    c  a comment that ends it all                  x  anything else
"""

import re
from typing import Final, NamedTuple

MAX_TOKENS: Final = 4096
"""What is looked at of a value."""


def _words(text: str) -> list[str]:
    return text.split()


_CHANGES = (
    r"drop\s+(?:table|database|schema|view|index|user|function|procedure|trigger|column|role)"
    r"|insert\s+(?:ignore\s+)?into|delete\s+from|replace\s+into|truncate\s+table|update\s+[\w.`\"\[\]]+\s+set"
    r"|exec(?:ute)?\s+(?=(?:[\w.\[\]]*\.)?(?:sp|xp)_|immediate|@)|exec(?:ute)?\s*(?=\()|declare\s+(?=@)"
    r"|waitfor\s+(?:delay|time)|shutdown\b|load\s+data\s+(?:local\s+)?infile|attach\s+database|set\s+(?=@)|dbcc\b"
    r"|bulk\s+insert|reconfigure\b|rename\s+table|copy\s+\w+\s+(?:from|to)\s+program"
)
_EVERYDAY = (
    r"create\s+(?:or\s+replace\s+)?(?:table|database|user|view|function|procedure|trigger|role|alias|extension)"
    r"|alter\s+(?:table|database|user|login|role|session|system)|grant\s+\w+|revoke\s+\w+|call\s+\w+|use\s+\w+"
    r"|backup\s+(?:database|log)|copy\s+\w+|do\s+(?=\w+\s*\()|begin\b|prepare\s+\w+|handler\s+\w+\s+open|lock\s+tables?"
    r"|merge\s+into|exec(?:ute)?\b|set\s+global|pragma\s+\w+"
)
_ATTACKERS = frozenset(
    _words(
        "sleep pg_sleep benchmark extractvalue updatexml load_file load_extension randomblob zeroblob "
        "xp_cmdshell xp_dirtree xp_regread xp_fileexist sp_executesql sp_oacreate openrowset opendatasource "
        "sys_eval sys_exec lo_import lo_export pg_read_file query_to_xml database_to_xml gtid_subset "
        "dbms_pipe.receive_message dbms_lock.sleep utl_inaddr.get_host_address utl_inaddr.get_host_name "
        "utl_http.request ctxsys.drithsx.sn dbms_xmlgen.getxml sys.fn_get_audit_file master..xp_cmdshell "
        "master.dbo.xp_cmdshell is_srvrolemember name_const analyse"
    )
)
_KNOWN = frozenset(
    _words(
        "hex unhex ascii ord char chr concat concat_ws group_concat string_agg substring substr mid left "
        "right length char_length database user version current_user session_user system_user schema if "
        "ifnull nullif coalesce isnull iif cast convert count sum min max avg md5 sha1 sha2 floor rand random "
        "exp pow elt make_set locate instr position lpad rpad replace reverse lower upper lcase ucase bin "
        "conv quote row json_extract json_keys xmltype to_char to_number nvl decode regexp_substr "
        "generate_series current_setting unicode quotename charindex patindex stuff host_name db_name "
        "suser_name object_id geometrycollection multipoint polygon multipolygon linestring multilinestring "
        "to_seconds found_rows values typeof printf sqlite_version"
    )
)
_WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(_words("and or xor"), "&"),
    **dict.fromkeys(_words("like rlike regexp ilike between in is glob similar match escape"), "="),
    **dict.fromkeys(_words("div mod collate"), "+"),
    **dict.fromkeys(_words("case binary distinct distinctrow all any some exists interval top"), "!"),
    **dict.fromkeys(
        _words(
            "from where limit offset when then else as on using join inner outer cross natural into outfile "
            "dumpfile for rows fetch returning with set values procedure desc asc"
        ),
        "w",
    ),
    **dict.fromkeys(_words("null true false default"), "1"),
    **dict.fromkeys(_words("union except intersect minus"), "U"),
    **dict.fromkeys(_words("not end"), ""),
    "select": "S",
    "having": "B",
}
_NAME = r"[a-z_\x80-\uffff$][\w$]*"
_LEXER: Final = re.compile(
    rf"""
      (?P<space>[\s\0\xa0]++|/\*!\d*|\*/)
    | (?P<c>--[^\n]*+|\#[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|$))
    | (?P<literal>0x[0-9a-f]++|0b[01]++|(?:\d++(?:\.\d*+)?|\.\d++)(?:e[+-]?\d++)?(?![a-z_]))
    | (?P<s>[nxbe]?'(?:[^'\\]|\\.|'')*+(?:'|\\?$)|"(?:[^"\\]|\\.|"")*+(?:"|\\?$))
    | (?P<n>`[^`]*+(?:`|$)|\[[\w\ ]++\]|@{{1,2}}[\w$.]*+)
    | (?P<B>(?:order|group)\s+by\b)
    | (?P<D>\b(?:{_CHANGES}))
    | (?P<d>\b(?:{_EVERYDAY}))
    | (?P<word>{_NAME}(?:\s*\.{{1,2}}\s*(?:{_NAME}|\*|`[^`]*`))*+|\d++[a-z_]\w*+)
    | (?P<and>&&|\|\|)
    | (?P<is><=>|<>|<=|>=|!=|!<|!>|==|:=|=|<|>|!~)
    | (?P<plus>::\s*\w+|[-+*/%|&^])
    | (?P<bang>[!~])
    | (?P<mark>[(),;])
    | (?P<x>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LETTERS = {"literal": "1", "and": "&", "is": "=", "plus": "+", "bang": "!"}


class Token(NamedTuple):
    letter: str
    text: str


def tokens(text: str) -> list[Token]:
    """At most MAX_TOKENS tokens of `text`. A comment is one only where nothing follows it; before that, a space."""
    found: list[Token] = []
    for match in _LEXER.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        if found and found[-1].letter == "c":
            found.pop()
        letter = _letter(kind or "x", match, text)
        if letter:
            found.append(Token(letter, match[0]))
        if len(found) == MAX_TOKENS:
            break
    return found


def _letter(kind: str, match: re.Match[str], text: str) -> str:
    if kind == "mark":
        return match[0]
    if kind != "word":
        return _LETTERS.get(kind, kind)
    word = match[0].lower()
    known = _WORDS.get(word)
    if known is not None:
        return known
    called = text[match.end() : match.end() + 8].lstrip()[:1] == "("
    return ("z" if word in _ATTACKERS else "f" if word in _KNOWN else "F") if called else "n"
