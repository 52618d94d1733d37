"""Fixtures that several tests of the corpus share."""

from corpus.built import tiny_corpus

__all__ = ["tiny_corpus"]
