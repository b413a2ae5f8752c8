"""What lies outside of the server, and has to be waited for: external key stores, tokens, identity providers,
functions of customers at work, and the edge.

Handlers get here by ``call.outside(function, …)``: off the loop, the functions of these modules being given an
``Outside`` first. Each raises a ``kernel.errors.WorkFailed`` of its own; the handler says it in AWS's words.
"""

from dataclasses import dataclass, field
from typing import Any

from vauban.outside.clusters import Clusters
from vauban.outside.dns import Dns
from vauban.outside.edge import Edge
from vauban.outside.functions import Functions
from vauban.outside.https import Https
from vauban.outside.issuers import Issuers
from vauban.outside.mail import Mail
from vauban.outside.webhooks import Webhooks


@dataclass(frozen=True)
class Outside:
    """What the operator has set up for reaching it."""

    https: Https = field(default_factory=Https)
    clusters: Clusters = field(default_factory=Clusters)
    attestation_roots: tuple[Any, ...] = ()
    """Certificates to which attestation documents must lead."""
    issuers: Issuers = field(default_factory=Issuers)
    functions: Functions = field(default_factory=Functions)
    webhooks: Webhooks = field(default_factory=Webhooks)
    mail: Mail = field(default_factory=Mail)
    dns: Dns = field(default_factory=Dns)
    edge: Edge = field(default_factory=Edge)

    def close(self) -> None:
        """Leave what has to be left."""
        self.functions.close()
        self.clusters.close()
