"""Which office handles a case."""

from parties.models import Authority
from parties.queries import lead_authority


def handling_authority(determining: Authority) -> Authority:
    """Return who handles cases about records of this authority: itself, or the lead office while it is not online.

    Basis: 谁认定、谁修复 (信用修复管理办法); an authority known only from a file has no officers here.
    """
    return determining if determining.is_online else lead_authority()
