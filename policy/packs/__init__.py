"""Reading the rule packs (``*.toml`` beside this file) and loading them into the tables.

A row that an administrator edited is never overwritten; a row that a pack no longer names is switched off, not
deleted, because notices and decisions point at it.
"""

from policy.packs.loading import load_packs
from policy.packs.reading import PackError, read_pack_rows, read_rows

__all__ = ["PackError", "load_packs", "read_pack_rows", "read_rows"]
