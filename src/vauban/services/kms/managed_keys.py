"""AWS managed keys: one for each service that encrypts by default, made when it is first needed.

Its policy is what makes it so: principals of the account use it through its service alone, and may look at it; nobody
may change it. It is rotated every year.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
"""

import json
from datetime import timedelta

from vauban.crypto.materials import generate
from vauban.kernel.arns import PARTITION
from vauban.kernel.calls import Call
from vauban.kernel.stores import Records
from vauban.services.kms.materials import new_material
from vauban.services.kms.resources import Alias, Key

RESERVED = "alias/aws/"
PERIOD_IN_DAYS = 365
SERVICES = {
    "acm": ("ACM", "ACM private keys"),
    "backup": ("Backup", "Backup vaults"),
    "codeartifact": ("CodeArtifact", "CodeArtifact domains"),
    "codecommit": ("CodeCommit", "CodeCommit repositories"),
    "connect": ("Connect", "Connect data"),
    "dms": ("DMS", "DMS replication instances"),
    "dynamodb": ("DynamoDB", "DynamoDB data"),
    "ebs": ("EBS", "EBS volumes"),
    "elasticfilesystem": ("EFS", "EFS file systems"),
    "es": ("Elasticsearch", "Elasticsearch domains"),
    "fsx": ("FSx", "FSx file systems"),
    "glue": ("Glue", "Glue data"),
    "kafka": ("MSK", "MSK data"),
    "kinesis": ("Kinesis", "Kinesis streams"),
    "kinesisvideo": ("Kinesis Video", "Kinesis Video streams"),
    "lambda": ("Lambda", "Lambda functions"),
    "logs": ("CloudWatch Logs", "CloudWatch log groups"),
    "rds": ("RDS", "RDS database volumes"),
    "redshift": ("Redshift", "Redshift clusters"),
    "s3": ("S3", "S3 objects"),
    "secretsmanager": ("AWS Secrets Manager", "Secrets Manager data"),
    "ses": ("SES", "SES data"),
    "sns": ("SNS", "SNS data"),
    "sqs": ("SQS", "SQS messages"),
    "ssm": ("SSM", "SSM parameters"),
    "xray": ("X-Ray", "X-Ray data"),
}
"""The alias behind ``alias/aws/`` -> the service's name, and what of it the key protects."""
VIA = {"ebs": "ec2"}
"""By which name a service asks, where it is not the alias's."""
NAMES = tuple(sorted(f"{RESERVED}{service}" for service in SERVICES))
"""The predefined aliases, which are there before their keys are."""


def alias_for(call: Call, records: Records, name: str) -> Alias | None:
    """The predefined alias ``name`` with a key of its own, proposed now, where this call brings it about.

    A service's request does, and DescribeKey by anybody who may. The proposal goes the way of the call: a denial drops
    it, and of two calls that make it at once the second runs again and finds it made.
    """
    if name not in NAMES or records.account != call.account:
        return None
    if not (call.via or call.principal.kind == "service" or call.operation.name == "DescribeKey"):
        return None
    made = _make(call, records, name.removeprefix(RESERVED))
    alias = Alias(name, records.account, records.region, made.key_id, call.now, call.now)
    records.put(alias)
    return alias


def _make(call: Call, records: Records, service: str) -> Key:
    key_id = call.uuid()
    material = new_material(call, key_id, generate("SYMMETRIC_DEFAULT"))
    key = Key(
        key_id,
        records.account,
        records.region,
        call.now,
        policy_of(service, records.account, records.region),
        material.material_id,
        description=f"Default key that protects my {SERVICES[service][1]} when no other key is defined",
        key_manager="AWS",
        rotation_period_in_days=PERIOD_IN_DAYS,
        next_rotation_date=call.now + timedelta(days=PERIOD_IN_DAYS),
    )
    records.put(material)
    records.put(key)
    return key


def policy_of(service: str, account: str, region: str) -> str:
    """The key policy, as JSON: use through the service, and sight of the key's metadata."""
    name = SERVICES[service][0]
    through = {
        "Sid": f"Allow access through {name} for all principals in the account that are authorized to use {name}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:CreateGrant",
            "kms:DescribeKey",
        ],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": account,
                "kms:ViaService": f"{VIA.get(service, service)}.{region}.amazonaws.com",
            }
        },
    }
    directly = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{PARTITION}:iam::{account}:root"},
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": f"auto-{service}-2", "Statement": [through, directly]}, indent=2)
