"""Amazon SQS: queues of messages, standard and FIFO, that lose nothing that was acknowledged.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.sqs import batches, boxes, move_tasks, permissions, queues, receipts, receives, sends, tags
from vauban.services.sqs.errors import worded

SERVICE = Service(
    "sqs", queues, boxes, sends, receives, receipts, batches, move_tasks, permissions, tags, wording=worded
)
