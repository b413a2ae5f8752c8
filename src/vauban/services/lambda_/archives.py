"""Code, as it comes: zip archives.

Source: Lambda Developer Guide, "Lambda quotas".
"""

import base64
import zipfile
from hashlib import sha256
from io import BytesIO
from typing import Any, NamedTuple

from vauban.services.lambda_.errors import InvalidParameterValueException, RequestTooLargeException

MOST_ZIPPED = 50 * 1024 * 1024
MOST_UNZIPPED = 262_144_000
MOST_FILES = 20_000


class Archive(NamedTuple):
    content: bytes
    sha256: str
    """Base64."""


def archive_of(code: dict[str, Any]) -> Archive:
    """The archive that ``FunctionCode`` (or what UpdateFunctionCode has of it) gives.

    Raises InvalidParameterValueException or RequestTooLargeException.
    """
    elsewhere = sorted({"S3Bucket", "S3Key", "ImageUri"}.intersection(code))
    if elsewhere:
        raise InvalidParameterValueException(f"{elsewhere[0]} is not supported here: code comes as a ZipFile.")
    content = code.get("ZipFile")
    if not content:
        raise InvalidParameterValueException("Please provide a source for function code.")
    if len(content) > MOST_ZIPPED:
        raise RequestTooLargeException(
            f"Request must be smaller than {MOST_ZIPPED} bytes for the CreateFunction operation"
        )
    _require_sound(content)
    return Archive(content, base64.b64encode(sha256(content).digest()).decode())


def unzipped_size(content: bytes) -> int:
    """Bytes of all files in an archive that was found sound."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return sum(each.file_size for each in archive.infolist())


def _require_sound(content: bytes) -> None:
    """What is said of the files' sizes is what unpacking takes: zipfile reads no more."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            files = archive.infolist()
            broken = archive.testzip() if sum(each.file_size for each in files) <= MOST_UNZIPPED else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        raise InvalidParameterValueException(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from None
    if broken is not None:
        raise InvalidParameterValueException(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        )
    if not files:
        raise InvalidParameterValueException("Uploaded file must be a non-empty zip")
    if len(files) > MOST_FILES or sum(each.file_size for each in files) > MOST_UNZIPPED:
        raise InvalidParameterValueException(f"Unzipped size must be smaller than {MOST_UNZIPPED} bytes")
