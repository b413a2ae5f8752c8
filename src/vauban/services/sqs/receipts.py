"""What is done with a receipt handle: a message deleted, or its visibility timeout changed."""

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.sqs.boxes import slot_of
from vauban.services.sqs.errors import MessageNotInflight, invalid_value
from vauban.services.sqs.handles import receipt_of
from vauban.services.sqs.receives import LONGEST_INVISIBLE, hidden_until, require_timeout
from vauban.services.sqs.resolvers import a_queue
from vauban.services.sqs.resources import Message, Queue, Slot


@operation("DeleteMessage", on=a_queue)
def delete_message(call: Call, queue: Queue, receipt_handle: str) -> None:
    deleted(call, queue, receipt_handle)


@operation("ChangeMessageVisibility", on=a_queue)
def change_message_visibility(call: Call, queue: Queue, receipt_handle: str, visibility_timeout: int) -> None:
    changed(call, queue, receipt_handle, visibility_timeout)


def deleted(call: Call, queue: Queue, handle: str) -> None:
    """Forget the message of a receipt. One that was received anew since stays, as it does on AWS."""
    receipt = receipt_of(call, queue, handle)
    slot = slot_of(call, receipt.message_key)
    if slot is None:
        return
    if queue.is_fifo and (slot.receive_count != receipt.receive_count or slot.visible <= call.time):
        raise invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")
    if slot.receive_count != receipt.receive_count:
        return
    message = call.store.get(Message, receipt.message_key)
    if message is not None:
        call.store.delete(message)
    call.store.delete(slot)


def changed(call: Call, queue: Queue, handle: str, seconds: int) -> None:
    """Let the message of a receipt be received ``seconds`` from now."""
    require_timeout(seconds)
    receipt = receipt_of(call, queue, handle)
    slot = slot_of(call, receipt.message_key)
    if slot is None or slot.receive_count != receipt.receive_count:
        raise invalid_value(
            handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change."
        )
    if slot.visible <= call.time:
        raise MessageNotInflight("The specified message isn't in flight.")
    _require_total(call, slot, seconds)
    hidden_until(call, queue, slot, call.time + seconds)


def _require_total(call: Call, slot: Slot, seconds: int) -> None:
    if call.time + seconds > slot.last_received + LONGEST_INVISIBLE and seconds:
        raise invalid_value(
            seconds,
            "VisibilityTimeout",
            f"Total VisibilityTimeout for the message is beyond the limit [{LONGEST_INVISIBLE} seconds]",
        )
