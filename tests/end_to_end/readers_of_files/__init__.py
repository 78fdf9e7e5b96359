"""Every reader of bytes from outside: a valid file for it, how it is called, and what it may raise.

The valid files hold the canary wherever a note, a comment or another free text may stand.
"""

from readers_of_files import coding, extracts, forms, gate, parameters, reports
from readers_of_files.reader import OpenReader, Reader, open_reader

__all__ = ["READERS", "OpenReader", "Reader", "open_reader"]

READERS = (
    *parameters.READERS,
    *extracts.READERS,
    *forms.READERS,
    *coding.READERS,
    *reports.READERS,
    *gate.READERS,
)
