"""The errors KMS raises, named as in its model, and the sentences several operations share.

Source: https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and each operation's list.
"""

from vauban.kernel.errors import AwsError


class AlreadyExistsException(AwsError):
    pass


class CloudHsmClusterInUseException(AwsError):
    pass


class CloudHsmClusterNotFoundException(AwsError):
    pass


class CloudHsmClusterNotRelatedException(AwsError):
    pass


class ConflictException(AwsError):
    pass


class CustomKeyStoreHasCMKsException(AwsError):
    pass


class CustomKeyStoreInvalidStateException(AwsError):
    pass


class CustomKeyStoreNameInUseException(AwsError):
    pass


class CustomKeyStoreNotFoundException(AwsError):
    pass


class DisabledException(AwsError):
    pass


class DryRunOperationException(AwsError):
    """What a dry run answers where the call would have succeeded."""

    def __init__(self) -> None:
        super().__init__("The request would have succeeded, but the DryRun option is set.")


class ExpiredImportTokenException(AwsError):
    pass


class IncorrectKeyException(AwsError):
    """The ciphertext was made under another key than the one named."""

    def __init__(self) -> None:
        super().__init__("The key ID in the request does not identify a CMK that can perform this operation.")


class IncorrectKeyMaterialException(AwsError):
    pass


class IncorrectTrustAnchorException(AwsError):
    pass


class InvalidAliasNameException(AwsError):
    pass


class InvalidArnException(AwsError):
    pass


class InvalidCiphertextException(AwsError):
    """Altered, truncated, or not under this encryption context. AWS says no more than that, and neither do we."""


class InvalidGrantIdException(AwsError):
    pass


class InvalidGrantTokenException(AwsError):
    pass


class InvalidImportTokenException(AwsError):
    pass


class InvalidKeyUsageException(AwsError):
    pass


class InvalidMarkerException(AwsError):
    pass


class KMSInvalidMacException(AwsError):
    pass


class KMSInvalidSignatureException(AwsError):
    pass


class KMSInvalidStateException(AwsError):
    pass


class LimitExceededException(AwsError):
    pass


class MalformedPolicyDocumentException(AwsError):
    pass


class NotFoundException(AwsError):
    pass


class TagException(AwsError):
    pass


class UnsupportedOperationException(AwsError):
    pass


class XksKeyAlreadyInUseException(AwsError):
    pass


class XksKeyInvalidConfigurationException(AwsError):
    pass


class XksKeyNotFoundException(AwsError):
    pass


class XksProxyIncorrectAuthenticationCredentialException(AwsError):
    pass


class XksProxyInvalidConfigurationException(AwsError):
    pass


class XksProxyInvalidResponseException(AwsError):
    pass


class XksProxyUriEndpointInUseException(AwsError):
    pass


class XksProxyUriInUseException(AwsError):
    pass


class XksProxyUriUnreachableException(AwsError):
    pass


class XksProxyVpcEndpointServiceInUseException(AwsError):
    pass


class XksProxyVpcEndpointServiceNotFoundException(AwsError):
    pass


def key_not_found(arn: str) -> NotFoundException:
    return NotFoundException(f"Key '{arn}' does not exist")


def alias_not_found(arn: str) -> NotFoundException:
    return NotFoundException(f"Alias {arn} is not found.")
