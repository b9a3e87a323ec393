"""The promises of the house, proved row by row (``manage.py check_invariants``)."""

from config.invariants.checks import CHECKS, Broken, walk

__all__ = ["CHECKS", "Broken", "walk"]
