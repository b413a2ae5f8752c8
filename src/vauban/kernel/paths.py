"""Paths of this server that anybody may ask, because notifications and certificates name them."""

CERTIFICATE_PATH = "/SimpleNotificationService-"
"""Certificates of notifications, by fingerprint."""
CRL_PATH = "/_vauban/crl/"
"""Lists of revoked certificates: ``authority/list.crl``."""
OCSP_PATH = "/_vauban/ocsp"
ARCHIVES_PATH = "/lambda-archives/"
"""The code of functions and layers, for whoever was told where it is."""
