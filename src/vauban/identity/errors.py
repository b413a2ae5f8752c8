"""What callers are told who cannot be identified: the common errors by AWS's names for JSON services.

``wire`` respells the codes for the other protocols; the sentences differ by service and are chosen here.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from vauban.kernel.errors import AwsError

S3_SERVICES = frozenset(("s3", "s3-object-lambda", "s3-outposts", "s3express"))


class MissingAuthenticationTokenException(AwsError):
    """Nothing in the request says who asks."""


class IncompleteSignatureException(AwsError):
    """The signature's parts are missing or malformed."""


class UnrecognizedClientException(AwsError):
    """The access key or session token is none of ours, or not in use."""


class ExpiredTokenException(AwsError):
    """The session has ended."""


class InvalidSignatureException(AwsError):
    """The signature is not what the caller's key gives, or not for this time, service or request."""


def missing_token() -> AwsError:
    return MissingAuthenticationTokenException("Missing Authentication Token", status=403)


def unrecognized_key(service: str) -> AwsError:
    """An access key that is unknown, and just so one that is inactive."""
    if service in S3_SERVICES:
        return UnrecognizedClientException("The AWS Access Key Id you provided does not exist in our records.")
    if service == "ec2":
        return UnrecognizedClientException("AWS was not able to validate the provided access credentials")
    return UnrecognizedClientException("The security token included in the request is invalid.")


def invalid_token(service: str) -> AwsError:
    if service in S3_SERVICES:
        return AwsError("The provided token is malformed or otherwise invalid.", code="InvalidToken", status=400)
    return unrecognized_key(service)


def expired_token(service: str) -> AwsError:
    if service in S3_SERVICES:
        return ExpiredTokenException("The provided token has expired.")
    if service == "ec2":
        return ExpiredTokenException("Request has expired.")
    return ExpiredTokenException("The security token included in the request is expired")


def mismatch(service: str) -> AwsError:
    calculated = "The request signature we calculated does not match the signature you provided. "
    if service in S3_SERVICES:
        return InvalidSignatureException(calculated + "Check your key and signing method.")
    if service == "ec2":
        return InvalidSignatureException("AWS was not able to validate the provided access credentials")
    return InvalidSignatureException(
        calculated
        + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    )


def out_of_time(service: str, sentence: str) -> AwsError:
    """A request signed too long ago or too far ahead; ``sentence`` says so with times, where the service does."""
    if service in S3_SERVICES:
        return AwsError(
            "The difference between the request time and the current time is too large.",
            code="RequestTimeTooSkewed",
            status=403,
        )
    if service == "ec2":
        return AwsError("Request has expired.", code="RequestExpired", status=400)
    return InvalidSignatureException(sentence)


def expired_link(service: str, sentence: str) -> AwsError:
    """A presigned request used after the time it was given."""
    if service in S3_SERVICES:
        return AwsError("Request has expired", code="AccessDenied", status=403)
    return out_of_time(service, sentence)


def unsigned_headers(service: str, names: list[str]) -> AwsError:
    sentence = "There were headers present in the request which were not signed"
    if service in S3_SERVICES:
        return AwsError(sentence, code="AccessDenied", status=403, HeadersNotSigned=", ".join(names))
    return InvalidSignatureException(f"{sentence}: {', '.join(names)}")


def wrong_body(service: str) -> AwsError:
    """The body is not what its signed hash says."""
    if service in S3_SERVICES:
        return AwsError(
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            code="XAmzContentSHA256Mismatch",
            status=400,
        )
    return mismatch(service)


def wrong_service(expected: str) -> AwsError:
    return InvalidSignatureException(f"Credential should be scoped to correct service: '{expected}'. ")
