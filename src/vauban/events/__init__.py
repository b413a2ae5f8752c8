"""What happened, on its way: the trail in CloudTrail's shape, and what leaves the outbox."""
