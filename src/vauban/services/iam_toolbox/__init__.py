"""IAM Toolbox: why a request was denied, told from the trail."""

from vauban.kernel.operations import Service
from vauban.services.iam_toolbox import authorization_details

SERVICE = Service("iam-toolbox", authorization_details)
