"""Bytes as no honest program would write them, made from a valid file by one small harm after another.

Every harm draws from a `random.Random`, so that one number makes the same file again.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Callable
from random import Random

from parameters.archives import BROKEN

__all__ = ["ARCHIVES", "CANARY", "TOKENS", "harmed"]

CANARY = "zqcanary"
"""A word of every note and free cell of the seeds: no message may hold it."""

ARCHIVES = (".xlsx", ".qdpx", ".docx", ".zip")

TOKENS = (
    "", "null", "~", "true", "yes", "off", "-1", "0", "0.5", "-0.0", "1e999", "-1e999", "NaN", "Infinity",
    ".nan",
    ".inf", "-.inf", "9" * 30, "9" * 5000, "0x1F", "0o17", "1_000", "12:30:45", "2025-02-30", "0000-01-01",
    "9999-12-31", "10000-01-01", "-0001-01-01", "2025-01-01T25:61:00", "31/02/2025",
    "1970-01-01T00:00:00+99:99",
    "!!python/object/apply:os.system ['id']", "!!python/name:os.system", "!!binary aaa", "!!set {a}",
    "!!omap [a]",
    "!!timestamp 1", "!!int x", "!!float x", "!!bool x", "!!null x", "!unknown x", "&a [*a]", "*unknown",
    "&a x",
    "{<<: *a}", "{<<: 1}", "{a: 1, a: 2}", "{[a]: b}", "{? {a: b} : c}", "[]", "{}", "[[[]]]", "[" * 3000,
    "{a: " * 2000,
    "- " * 2000, "? ", "|", ">", "%YAML 9.9", "---", "...", "# x", "'", '"', "\t", "\\", "\\x1b", '"\\e[31m"',
    '"\\uD800"', "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\x1b[31m", "\x1b]0;x\x07", "\x9b31m",
    "\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\x7f", "\x85", "\u2028", "\r", "\n", "\r\n",
    "../../etc/passwd",
    "/etc/passwd", "C:\\x", "\\\\host\\share", "file:///etc/passwd", "http://127.0.0.1:9/x", "<script>",
    "]]>", "<!--",
    "-->", "<![CDATA[", "&a;", "&#0;", "&#xD800;", "&#1114112;", "%n%s", "{0}", "{x!r}", "${x}",
    "{{< include /etc/passwd >}}",
    "\ud800", "\U0010ffff", "e\u0301" * 50, "犯", "ß", "İ",
    "a" * 70_000, "a " * 40_000, "(" * 5000, '"' * 999,
    "," * 3000, ";" * 3000, "\n" * 3000, "[bold]", "[/]", "'=1", "1/0", "#REF!",
    "data:text/html;base64,AAAA",
)  # fmt: skip

_NAMES = (
    "../evil.txt", "/etc/evil", "C:\\evil", "a\\..\\..\\evil", "xl/worksheets/sheet1.xml",
    "word/document.xml", "project.qde",
    "sources/../x.txt", "a" * 300, "\u202etxt.exe", "con", "x\x1b[31m", "[Content_Types].xml", "a/", "",
)  # fmt: skip
_PLACES = {
    ".yml": rb"(?<=: )[^\n]+|(?<=- )[^\n]+|\[[^\]\n]*\]|^\s*[\w-]+(?=:)",
    ".json": rb'"[^"\n]*"|-?\d[\d.eE+-]*|true|false|null|\[[^\[\]]*\]|\{[^{}]*\}',
    ".csv": rb'[^,\n"]+|"[^"]*"',
    ".xml": rb'(?<==")[^"]*|(?<=>)[^<]+|<[^<>]+>',
    ".pdf": rb"/\w+|\d+|\([^()]*\)|<<|>>|obj|endobj|stream|xref|trailer",
}
_LIKE = {
    ".jsonl": ".json", ".ipynb": ".json", ".qmd": ".yml", ".html": ".xml", ".svg": ".xml", ".xml": ".xml",
    ".rels": ".xml",
    ".qde": ".xml", ".qdc": ".xml", ".txt": ".csv",
}  # fmt: skip
_MOST_HARMS = 4
_BOMB = 300_000_000


def harmed(data: bytes, kind: str, chance: Random, *, most: int = _MOST_HARMS, bombs: bool = False) -> bytes:
    """Do between one and `most` harms to a file of a kind, such as ``.xlsx``.

    `bombs`: also archives that unpack to hundreds of megabytes, which take a second to make.
    """
    for _ in range(chance.randint(1, most)):
        if kind in ARCHIVES and chance.random() < 0.85:
            data = _harmed_archive(data, chance, bombs=bombs)
        elif (places := _PLACES.get(_LIKE.get(kind, kind))) and chance.random() < 0.7:
            data = _other_value(data, places, chance)
        else:
            data = chance.choice(_HARMS)(data, chance)
    return data


def _token(chance: Random) -> bytes:
    return chance.choice(TOKENS).encode(
        chance.choice(("utf-8", "utf-8", "utf-8", "utf-16-le")), "surrogatepass"
    )


def _other_value(data: bytes, places: bytes, chance: Random) -> bytes:
    """Another value in the place of one, or of one that stands elsewhere in the file."""
    found = list(re.finditer(places, data, re.MULTILINE))
    if not found:
        return data
    place = chance.choice(found)
    new = chance.choice(found).group() if chance.random() < 0.25 else _token(chance)
    return data[: place.start()] + new + data[place.end() :]


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.choice((1, 2, 8, 64, 1024)))


def _truncated(data: bytes, chance: Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _bits_flipped(data: bytes, chance: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 4, 32)) if data else 0):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_out(data: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _moved(data: bytes, chance: Random) -> bytes:
    (start, end), at = _span(data, chance), chance.randint(0, len(data))
    return data[:at] + data[start:end] * chance.choice((1, 1, 2, 50)) + data[at:]


def _put_in(data: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + _token(chance) + data[at:]


def _line_twice(data: bytes, chance: Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    return b"".join([*lines, chance.choice(lines)])


def _lines_swapped(data: bytes, chance: Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _other_encoding(data: bytes, chance: Random) -> bytes:
    mark = chance.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b""))
    text = data.decode("utf-8", "replace")
    return mark + text.encode(
        chance.choice(("utf-8", "utf-16-le", "utf-16-be", "cp1252", "utf-7")), "replace"
    )


def _many_lines(data: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + (data[start:end] + b"\n") * 200 + data[end:]


def _laughs(data: bytes, chance: Random) -> bytes:
    """Each list ten times the one before: ten thousand million words from ten lines of YAML."""
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    return data + b"\n" + "\n".join(lines).encode() + b"\n"


def _wide_row(data: bytes, chance: Random) -> bytes:
    return b",".join(b"c%d" % n for n in range(chance.choice((300, 30_000)))) + b"\n" + data


def _nothing(data: bytes, chance: Random) -> bytes:
    return chance.choice(
        (b"", b"\n", b"\x00", b"PK\x03\x04", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"PAR1PAR1", b"[]", b"{}")
    )


Harm = Callable[[bytes, Random], bytes]
_HARMS: tuple[Harm, ...] = (
    _truncated, _bits_flipped, _bits_flipped, _cut_out, _moved, _put_in, _put_in, _line_twice, _lines_swapped,
    _other_encoding, _many_lines, _laughs, _wide_row, _nothing,
)  # fmt: skip

_ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
)


def _harmed_archive(data: bytes, chance: Random, *, bombs: bool) -> bytes:
    """The archive again with one member harmed, left out, renamed, doubled, or joined by a hostile one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info, archive.read(info)) for info in archive.infolist() if not info.flag_bits & 1]
    except BROKEN:
        return chance.choice(_HARMS)(data, chance)
    if not members:
        return chance.choice(_HARMS)(data, chance)
    at = chance.randrange(len(members))
    info, content = members[at]
    ending = info.filename[info.filename.rfind(".") :]
    match chance.randrange(12):
        case 0:
            del members[at]
        case 1:
            members.append((_entry(chance.choice(_NAMES)), content))
        case 2:
            members[at] = (_entry(chance.choice(_NAMES)), content)
        case 3:
            link = _entry("xl/link.xml")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            members.append((link, b"/etc/passwd"))
        case 4:
            head = content.find(b"?>") + 2 if b"?>" in content[:200] else 0
            body = content[head:].replace(b">", b">&a;", 1) if chance.random() < 0.5 else content[head:]
            members[at] = (info, content[:head] + chance.choice(_ENTITIES) + body)
        case 5 if bombs and chance.random() < 0.05:
            members[at] = (info, content + b" " * _BOMB)
        case 6:
            deep = chance.choice((300, 20_000))
            members[at] = (info, content.replace(b">", b">" + b"<a>" * deep + b"</a>" * deep, 1))
        case _:
            members[at] = (
                info,
                harmed(content, ending if ending in (".txt", ".json") else ".xml", chance, most=1),
            )
    return _packed(members, chance)


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name or "x", (1980, 1, 1, 0, 0, 0))


def _packed(members: list[tuple[zipfile.ZipInfo, bytes]], chance: Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.comment = b"x" * chance.choice((0, 0, 0, 9000))
        for info, content in members:
            entry = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type = info.external_attr, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()
