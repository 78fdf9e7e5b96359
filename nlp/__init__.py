"""Coding of investigation notes: the codebook, the rules and the coder."""

from nlp.codebook import Codebook, CodebookError, load_codebook
from nlp.coder import Coder, Coding

__all__ = ["Codebook", "CodebookError", "Coder", "Coding", "load_codebook"]
