"""Receipt handles: which receipt of which message of which queue, sealed, so that nobody makes one up."""

import base64
import binascii
from typing import NamedTuple

from vauban.kernel.calls import Call
from vauban.services.sqs.errors import ReceiptHandleIsInvalid
from vauban.services.sqs.resources import Queue


class Receipt(NamedTuple):
    message_key: str
    receive_count: int
    """How often the message had been received with this receipt."""


def handle_of(call: Call, queue: Queue, receipt: Receipt) -> str:
    plain = f"{receipt.message_key} {receipt.receive_count}".encode()
    return base64.b64encode(call.sealer.seal(queue.account, plain, _binding(queue))).decode()


def receipt_of(call: Call, queue: Queue, handle: str) -> Receipt:
    """Raises ReceiptHandleIsInvalid for what this queue never gave out."""
    try:
        sealed = base64.b64decode(handle.encode("ascii"), validate=True)
        key, _, count = call.sealer.unseal(queue.account, sealed, _binding(queue)).decode().partition(" ")
    except (ValueError, binascii.Error):
        raise ReceiptHandleIsInvalid(f'The input receipt handle "{handle}" is not a valid receipt handle.') from None
    return Receipt(key, int(count))


def _binding(queue: Queue) -> bytes:
    return f"sqs receipt {queue.arn}".encode()
