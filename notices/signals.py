"""What rooms above may want to hear of notices, without notices knowing them."""

from django.dispatch import Signal

#: A notice reached its addressee; sent inside the transaction, with ``notice`` and ``proof`` (ProofOfService).
served = Signal()
