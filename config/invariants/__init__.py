"""The promises of the house, proved row by row (``manage.py check_invariants``)."""

from config.invariants.broken import Broken
from config.invariants.checks import CHECKS, walk

__all__ = ["CHECKS", "Broken", "walk"]
