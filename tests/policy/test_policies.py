from vauban.policy import Policies, Policy

ALLOW = {"Effect": "Allow", "Resource": "*"}


def parse(*statements, name="P", kind="identity"):
    return Policy.parse({"Version": "2012-10-17", "Statement": list(statements)}, name=name, kind=kind)


def test_statements_are_known_by_sid_or_by_place():
    made = parse({**ALLOW, "Action": "*", "Sid": "All"}, {**ALLOW, "Action": "*", "Sid": ""}, {**ALLOW, "Action": "*"})
    assert [each.label for each in made.statements] == ["P/All", "P/#1", "P/#2"]


def test_only_statements_about_the_service_are_looked_at():
    made = parse(
        {**ALLOW, "Action": "kms:Decrypt"},
        {**ALLOW, "Action": ["s3:Get*", "kms:List*"]},
        {**ALLOW, "Action": "*"},
        {**ALLOW, "NotAction": "s3:*"},
        {**ALLOW, "Action": "s3:*"},
    )
    assert [each.label for each in made.about("kms")] == ["P/#0", "P/#1", "P/#2", "P/#3"]
    assert [each.label for each in made.about("sqs")] == ["P/#2", "P/#3"]


def test_a_policy_lists_everyone_it_names():
    role = "arn:aws:iam::111122223333:role/worker"
    made = parse(
        {**ALLOW, "Action": "*", "Principal": {"AWS": ["111122223333", role, "*"], "Service": "sns.amazonaws.com"}},
        {**ALLOW, "Effect": "Deny", "Action": "*", "NotPrincipal": {"AWS": "AIDACKCEVSQ6C2EXAMPLE"}},
        kind="resource",
    )
    assert made.principals == {"111122223333", role, "sns.amazonaws.com", "AIDACKCEVSQ6C2EXAMPLE"}


def test_policies_are_told_apart_by_identity():
    assert Policies() != Policies()
    assert len({Policies(), Policies()}) == 2
    assert parse({**ALLOW, "Action": "*"}) != parse({**ALLOW, "Action": "*"})


def test_what_a_policy_says_stays_out_of_its_repr():
    assert "Decrypt" not in repr(parse({**ALLOW, "Action": "kms:Decrypt"}))


def test_in_an_older_version_variables_are_text():
    made = Policy.parse(
        {"Statement": {**ALLOW, "Action": "*", "Resource": "arn:aws:s3:::b/${aws:username}"}}, name="P", kind="identity"
    )
    assert made.statements[0].residue(["arn", "aws", "s3", "", "", "b/${aws:username}"]) is None
    assert made.statements[0].residue(["arn", "aws", "s3", "", "", "b/alice"]) is False
