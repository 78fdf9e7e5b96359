"""Opening a project file that came from elsewhere, trusting nothing in it.

Nothing is unpacked to disk: the project's XML and its texts are read into memory, each up to a limit that
holds whatever the archive claims of itself. XML that declares a document type or entities is refused.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from nlp.audit.exchange.codings import ExchangeError
from parameters.archives import BROKEN

__all__ = ["MOST", "Limits", "ProjectFile"]


@dataclass(frozen=True)
class Limits:
    """How large a project may be; far beyond what case files need, far below what harms a computer.

    Attributes
    ----------
    files
        Files in the archive.
    xml, text, total
        Bytes, unpacked: of the project's XML, of one text, and of all that is read.
    ratio
        Times its packed size that a file of more than a megabyte may unpack to.
    """

    files: int = 200_000
    xml: int = 256 * 2**20
    text: int = 32 * 2**20
    total: int = 1024 * 2**20
    ratio: int = 250


MOST = Limits()
_SMALL = 2**20
_AGAIN = "Export it again as REFI-QDA project."
_DANGER = "Do not open it."


class ProjectFile:
    """A .qdpx archive open for reading: its project XML, and its texts by name.

    Parameters
    ----------
    path : Path
        The archive.
    limits : Limits
        How much of it may be read.

    Raises
    ------
    ExchangeError
        When it is no such archive, is encrypted, names a file outside itself or one file twice, or holds no
        or more than one project.
    """

    def __init__(self, path: Path, limits: Limits = MOST) -> None:
        self.name = path.name
        self._limits = limits
        self._read = 0
        try:
            self._archive = zipfile.ZipFile(path)
        except BROKEN:
            raise self._problem(f"is not a whole project file. {_AGAIN}") from None
        try:
            self._members = self._safe_members()
            projects = [name for name in self._members if "/" not in name and name.endswith(".qde")]
            if len(projects) != 1:
                raise self._problem(f"holds {len(projects)} project descriptions (.qde), not one. {_AGAIN}")
        except ExchangeError:
            self._archive.close()
            raise
        self._project = projects[0]

    def __enter__(self) -> ProjectFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def project(self) -> Element:
        """The project's XML.

        Raises
        ------
        ExchangeError
            When it is too large, no XML, or XML that declares a document type or entities.
        """
        content = self._bounded(self._members[self._project], self._limits.xml)
        try:
            root: Element = fromstring(content, forbid_dtd=True)
        except DefusedXmlException:
            raise self._problem(
                f"declares a document type or entities, which no such program writes. {_DANGER}"
            ) from None
        except (ParseError, ValueError, LookupError):
            raise self._problem(f"holds no readable XML. {_AGAIN}") from None
        return root

    def text(self, address: str) -> str | None:
        """A text by the address the project gives; None where the archive does not hold it.

        Only what lies in the archive is read, whatever the address says: an absolute or relative path is
        looked up by its last part among the archive's sources, and never on this computer.
        """
        name = PurePosixPath(address.split("://", 1)[-1].replace("\\", "/")).name.lower()
        member = self._members.get(f"sources/{name}") or self._members.get(name)
        if member is None or not name.endswith(".txt"):
            return None
        return self._decoded(self._bounded(member, self._limits.text))

    def _safe_members(self) -> dict[str, zipfile.ZipInfo]:
        entries = [entry for entry in self._archive.infolist() if not entry.is_dir()]
        if len(entries) > self._limits.files:
            raise self._problem(f"holds {len(entries):,} files, more than {self._limits.files:,}. Split it.")
        members: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if (
                name.startswith("/")
                or ".." in name.split("/")
                or ":" in name
                or "\x00" in entry.orig_filename
            ):
                raise self._problem(f"names a file outside itself. {_DANGER}")
            if entry.flag_bits & 0x1:
                raise self._problem("is encrypted. Export it again without a password.")
            if members.setdefault(name.lower(), entry) is not entry:
                raise self._problem(f"holds two files of one name. {_AGAIN}")
        return members

    def _bounded(self, member: zipfile.ZipInfo, most: int) -> bytes:
        """What a member holds; reading stops at the limit, whatever size the archive claims."""
        try:
            with self._archive.open(member) as file:
                content = file.read(most + 1)
        except BROKEN:
            raise self._problem(f"is damaged. {_AGAIN}") from None
        self._read += len(content)
        if len(content) > most or self._read > self._limits.total:
            raise self._problem(
                f"unpacks to more than {min(most, self._limits.total) // 2**20} MB. Split it."
            )
        if len(content) > _SMALL and len(content) > self._limits.ratio * max(member.compress_size, 1):
            raise self._problem(f"unpacks to many times its size, as no real project does. {_DANGER}")
        return content

    def _decoded(self, content: bytes) -> str:
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        try:
            return content.decode("utf-16" if wide else "utf-8-sig")
        except UnicodeDecodeError:
            raise self._problem(f"holds a text that is not UTF-8. {_AGAIN}") from None

    def _problem(self, what: str) -> ExchangeError:
        return ExchangeError(f"{self.name}: {what}")
