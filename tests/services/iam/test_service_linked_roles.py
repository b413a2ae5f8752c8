from .conftest import ACCOUNT, EVERYTHING, allowing

GUARDDUTY = "guardduty.amazonaws.com"


def test_a_role_is_made_for_a_service_and_is_the_services_to_change(iam, policy, refused):
    made = iam.create_service_linked_role(AWSServiceName=GUARDDUTY, Description="finds threats")["Role"]
    name = "AWSServiceRoleForAmazonGuardDuty"
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{GUARDDUTY}/{name}"
    assert made["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": GUARDDUTY}
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [each["PolicyName"] for each in attached] == ["AmazonGuardDutyServiceRolePolicy"]
    for change, parameters in (
        (iam.attach_role_policy, {"PolicyArn": policy}),
        (iam.put_role_policy, {"PolicyName": "mine", "PolicyDocument": EVERYTHING}),
        (iam.delete_role, {}),
        (iam.update_assume_role_policy, {"PolicyDocument": EVERYTHING}),
    ):
        with refused("UnmodifiableEntity", f"Cannot perform the operation on the protected role '{name}'"):
            change(RoleName=name, **parameters)
    with refused("InvalidInput", f"Service role name {name} has been taken in this account"):
        iam.create_service_linked_role(AWSServiceName=GUARDDUTY)
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/{GUARDDUTY}/{name}/")
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    with refused("NoSuchEntity"):
        iam.get_role(RoleName=name)


def test_only_some_services_take_a_suffix(iam, refused):
    made = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="blue")["Role"]
    assert made["RoleName"] == "AWSServiceRoleForAutoScaling_blue"
    with refused("InvalidInput", f"Custom suffix is not allowed for {GUARDDUTY}"):
        iam.create_service_linked_role(AWSServiceName=GUARDDUTY, CustomSuffix="blue")


def test_what_is_no_service_gets_no_role(iam, refused):
    with refused("InvalidInput"):
        iam.create_service_linked_role(AWSServiceName="nonsense.amazonaws.com")


def test_ordinary_roles_are_not_deleted_so(iam, role, refused):
    with refused("NoSuchEntity"):
        iam.delete_service_linked_role(RoleName=role)


def test_for_which_service_is_decided(vauban, refused):
    condition = {"StringEquals": {"iam:AWSServiceName": GUARDDUTY}}
    vauban.user("bob", allowing("iam:CreateServiceLinkedRole", Condition=condition))
    bobs = vauban.client("iam", user="bob")
    bobs.create_service_linked_role(AWSServiceName=GUARDDUTY)
    with refused("AccessDenied"):
        bobs.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")


def test_the_policies_of_services_are_not_for_others(iam, role, refused):
    arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonGuardDutyServiceRolePolicy"
    with refused("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role."):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
