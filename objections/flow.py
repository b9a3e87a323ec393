"""The to-do list of an objection."""

from django.utils.translation import gettext_lazy as _
from viewflow.workflow import flow

from casework.flow import CaseSteps


class ObjectionFlow(CaseSteps, flow.Flow):
    """Steps are the shared ones (first review is the source authority's verification); the name is stored in rows."""

    process_title = _("异议")
