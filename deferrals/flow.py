"""The to-do list of a request for more time."""

from django.utils.translation import gettext_lazy as _
from viewflow.workflow import flow

from casework.flow import CaseSteps


class DeferralFlow(CaseSteps, flow.Flow):
    """Steps are the shared ones; the name of this class is stored in rows."""

    process_title = _("延期申请")
