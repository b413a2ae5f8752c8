"""Digest files: which log files were delivered in an hour, signed, each with the signature of the one before it.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vauban.kernel.sinks import Sink, SinkFailed
from vauban.services.cloudtrail.log_files import folder
from vauban.services.cloudtrail.resources import Digest, DigestChain, LogFile, SigningKey, Trail

PERIOD_SECONDS = 3600
ALGORITHM = "SHA256withRSA"


@dataclass(frozen=True)
class SignedDigest:
    """A digest file, ready to be delivered."""

    digest: Digest
    body: bytes

    @property
    def metadata(self) -> dict[str, str]:
        return {"signature": self.digest.signature, "signature-algorithm": ALGORITHM}


def signed_digest(trail: Trail, chain: DigestChain, end: float, key: SigningKey) -> SignedDigest:
    """The digest of what the chain has had delivered until ``end``."""
    moment = datetime.fromtimestamp(end, UTC)
    name = f"{chain.account}_CloudTrail-Digest_{chain.region}_{trail.name}_{trail.region}_{moment:%Y%m%dT%H%M%SZ}"
    object_key = f"{folder(trail, chain.account, 'CloudTrail-Digest', chain.region, moment)}/{name}.json.gz"
    content = _content(trail.bucket, object_key, chain, end, key)
    body = json.dumps(content, separators=(",", ":")).encode()
    sha256 = hashlib.sha256(body).hexdigest()
    before = chain.previous.signature if chain.previous else "null"
    statement = f"{content['digestEndTime']}\n{trail.bucket}/{object_key}\n{sha256}\n{before}"
    signature = key.loaded.sign(statement.encode(), "RSASSA_PKCS1_V1_5_SHA_256").hex()
    return SignedDigest(Digest(trail.bucket, object_key, sha256, signature), body)


def _content(bucket: str, object_key: str, chain: DigestChain, end: float, key: SigningKey) -> dict[str, Any]:
    previous = chain.previous
    return {
        "awsAccountId": chain.account,
        "digestStartTime": _iso_8601(chain.start),
        "digestEndTime": _iso_8601(end),
        "digestS3Bucket": bucket,
        "digestS3Object": object_key,
        "digestPublicKeyFingerprint": key.fingerprint,
        "digestSignatureAlgorithm": ALGORITHM,
        "newestEventTime": max((each.newest for each in chain.files), default=None),
        "oldestEventTime": min((each.oldest for each in chain.files), default=None),
        "previousDigestS3Bucket": previous.bucket if previous else None,
        "previousDigestS3Object": previous.key if previous else None,
        "previousDigestHashValue": previous.sha256 if previous else None,
        "previousDigestHashAlgorithm": "SHA-256" if previous else None,
        "previousDigestSignature": previous.signature if previous else None,
        "logFiles": [_listed(each) for each in chain.files],
    }


def _listed(file: LogFile) -> dict[str, str]:
    return {
        "s3Bucket": file.bucket,
        "s3Object": file.key,
        "hashValue": file.sha256,
        "hashAlgorithm": "SHA-256",
        "newestEventTime": file.newest,
        "oldestEventTime": file.oldest,
    }


def write_digest(sink: Sink, signed: SignedDigest) -> str:
    """The error that S3 would have, or nothing."""
    try:
        sink.put(signed.digest.bucket, signed.digest.key, gzip.compress(signed.body, mtime=0), signed.metadata)
    except SinkFailed as failure:
        return str(failure)
    return ""


def _iso_8601(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
