"""A hash of a table's rows that does not depend on the files and pieces they come in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["TableHash"]


class TableHash:
    """A hash of a table's values: the same for the same rows in the same order, whatever pieces they come in.

    Of each column two streams are hashed by SHA-256: the length in bytes of every value as text, a 64-bit
    number in little-endian order (−1 where there is no value), and the UTF-8 of all values one after the
    other. The hash is the SHA-256 of a line a column, in their order: name, digest of lengths and digest of
    text, in hexadecimal, with blanks between. A column that is not there is one without values.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.rows = 0
        self._streams = {name: (hashlib.sha256(), hashlib.sha256()) for name in columns}

    def update(self, table: pa.RecordBatch | pa.Table) -> None:
        """Add the next rows."""
        self.rows += table.num_rows
        there = set(table.schema.names)
        for name, (lengths, text) in self._streams.items():
            values = table.column(name) if name in there else pa.nulls(table.num_rows, pa.large_string())
            for chunk in values.chunks if isinstance(values, pa.ChunkedArray) else [values]:
                texts = _as_text(chunk)
                found = pc.fill_null(pc.binary_length(texts), -1).to_numpy(zero_copy_only=False)
                lengths.update(np.ascontiguousarray(found, dtype="<i8").data)
                text.update(_bytes_of(pc.fill_null(texts, "")))

    def hexdigest(self) -> str:
        """The hash of the rows so far."""
        lines = (
            f"{name} {lengths.hexdigest()} {text.hexdigest()}\n"
            for name, (lengths, text) in self._streams.items()
        )
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def _as_text(values: pa.Array) -> pa.Array:
    plain = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
    return pc.cast(plain, pa.large_string())


def _bytes_of(texts: pa.Array) -> bytes | memoryview:
    """The UTF-8 of all texts one after the other, as Arrow keeps it."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return b""
    ends = np.frombuffer(offsets, dtype="<i8")[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[ends[0] : ends[-1]]
