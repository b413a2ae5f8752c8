"""What an XKS proxy's failures are called, by what was asked of KMS.

Source: the table of failures in https://github.com/aws/aws-kms-xksproxy-api-spec, "Error codes".
"""

from typing import NamedTuple

from vauban.kernel.errors import AwsError
from vauban.outside.xks import MALFORMED, TIMED_OUT, TLS_FAILED, UNAVAILABLE, UNREACHABLE, ProxyFailed
from vauban.services.kms import errors


class Failure(NamedTuple):
    """How one reason is told."""

    message: str
    store_error: type[AwsError]
    """Of CreateCustomKeyStore and UpdateCustomKeyStore."""
    key_error: type[AwsError]
    """Of CreateKey."""
    connection_error_code: str
    """Of ConnectCustomKeyStore."""


_CANNOT_INTERPRET = (
    "AWS KMS cannot interpret the response from the external key store proxy. If you see this error repeatedly, "
    "report it to your external key store proxy administrator."
)
_NO_MANAGER = (
    "The external key store proxy rejected the request because it cannot communicate with the external key manager. "
    "Verify that the external key store proxy configuration is correct and that the external key manager is available."
)
_INVALID_STATE = errors.CustomKeyStoreInvalidStateException

FAILURES = {
    "ValidationException": Failure(
        _CANNOT_INTERPRET, errors.XksProxyInvalidResponseException, _INVALID_STATE, "XKS_PROXY_INVALID_RESPONSE"
    ),
    "InvalidStateException": Failure(
        "The external key associated with this KMS key in an external key store is not enabled in the external key "
        "manager. Enable the external key in the external key manager and retry the request.",
        errors.XksProxyUriUnreachableException,
        errors.XksKeyInvalidConfigurationException,
        "XKS_PROXY_NOT_REACHABLE",
    ),
    "InvalidCiphertextException": Failure(
        "The external key store proxy rejected the request because the specified ciphertext or encryption context is "
        "corrupted, missing, or otherwise invalid.",
        errors.XksProxyInvalidResponseException,
        _INVALID_STATE,
        "XKS_PROXY_INVALID_RESPONSE",
    ),
    "InvalidKeyUsageException": Failure(
        "The external key associated with this KMS key in an external key store does not support the requested "
        "operation. Enable the operation on the key in your external key manager, and try the request again.",
        errors.XksProxyInvalidResponseException,
        errors.XksKeyInvalidConfigurationException,
        "XKS_PROXY_INVALID_RESPONSE",
    ),
    "AuthenticationFailedException": Failure(
        "The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the XKS "
        "proxy authentication credentials for your external key store and update if necessary.",
        errors.XksProxyIncorrectAuthenticationCredentialException,
        _INVALID_STATE,
        "INVALID_CREDENTIALS",
    ),
    "AccessDeniedException": Failure(
        "The external key store proxy denied access to the operation. Verify that the user and the external key are "
        "both authorized for this operation, and try the request again.",
        errors.XksProxyInvalidConfigurationException,
        errors.KMSInvalidStateException,
        "XKS_PROXY_ACCESS_DENIED",
    ),
    "KeyNotFoundException": Failure(
        "The external key associated with this KMS key in an external key store was not found in its external key "
        "manager. If the external key ID associated with this KMS key is incorrect, create a new KMS key with the "
        "correct external key ID.",
        errors.XksProxyInvalidResponseException,
        errors.XksKeyNotFoundException,
        "XKS_PROXY_INVALID_RESPONSE",
    ),
    "InvalidUriPathException": Failure(
        "The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for "
        "your external key store and update if necessary.",
        errors.XksProxyInvalidConfigurationException,
        _INVALID_STATE,
        "XKS_PROXY_INVALID_CONFIGURATION",
    ),
    "UnsupportedOperationException": Failure(
        "The external key store proxy rejected the request because it does not support the requested operation. If "
        "you see this error repeatedly, report it to your external key store proxy administrator.",
        errors.XksProxyInvalidResponseException,
        errors.XksKeyInvalidConfigurationException,
        "XKS_PROXY_INVALID_RESPONSE",
    ),
    "DependencyTimeoutException": Failure(
        "The external key store proxy did not respond to the request in the time allotted. Retry the request. If you "
        "see this error repeatedly, report it to your external key store proxy administrator.",
        errors.XksProxyUriUnreachableException,
        _INVALID_STATE,
        "XKS_PROXY_TIMED_OUT",
    ),
    "ThrottlingException": Failure(
        "The external key store proxy rejected the request due to a very high request rate. Reduce the frequency of "
        "your calls using KMS keys in this external key store.",
        errors.XksProxyUriUnreachableException,
        _INVALID_STATE,
        "XKS_PROXY_NOT_REACHABLE",
    ),
    "InternalException": Failure(
        _NO_MANAGER, errors.XksProxyInvalidResponseException, _INVALID_STATE, "XKS_PROXY_INVALID_RESPONSE"
    ),
    UNAVAILABLE: Failure(
        _NO_MANAGER, errors.XksProxyUriUnreachableException, _INVALID_STATE, "XKS_PROXY_NOT_REACHABLE"
    ),
    UNREACHABLE: Failure(
        "AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. If you "
        "see this error repeatedly, verify that your external key store proxy is active and is connected to the "
        "network, and that its endpoint URI is correct in your external key store.",
        errors.XksProxyUriUnreachableException,
        _INVALID_STATE,
        "XKS_PROXY_NOT_REACHABLE",
    ),
    TLS_FAILED: Failure(
        "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, "
        "including its certificate.",
        errors.XksProxyUriUnreachableException,
        _INVALID_STATE,
        "XKS_PROXY_INVALID_TLS_CONFIGURATION",
    ),
    TIMED_OUT: Failure(
        "AWS KMS rejected the request because the external key store proxy did not respond in time. Retry the request. "
        "If you see this error repeatedly, report it to your external key store proxy administrator.",
        errors.XksProxyUriUnreachableException,
        _INVALID_STATE,
        "XKS_PROXY_TIMED_OUT",
    ),
    MALFORMED: Failure(
        _CANNOT_INTERPRET, errors.XksProxyInvalidResponseException, _INVALID_STATE, "XKS_PROXY_INVALID_RESPONSE"
    ),
}
"""By the reason of a ProxyFailed."""


def of_store(failed: ProxyFailed) -> AwsError:
    """The error of an operation on the key store."""
    failure = FAILURES[failed.reason]
    return failure.store_error(failure.message)


def of_new_key(failed: ProxyFailed) -> AwsError:
    """The error of CreateKey."""
    failure = FAILURES[failed.reason]
    return failure.key_error(failure.message)


def of_use(failed: ProxyFailed) -> AwsError:
    """The error of using a key: AWS has but one, and says in its message what it was."""
    return errors.KMSInvalidStateException(FAILURES[failed.reason].message)
