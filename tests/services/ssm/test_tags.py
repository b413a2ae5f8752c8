import pytest
from botocore.exceptions import ClientError


def tags_of(ssm, name="/a"):
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return {each["Key"]: each["Value"] for each in tags}


def tag(ssm, name="/a", **tags):
    added = [{"Key": key, "Value": value} for key, value in tags.items()]
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=added)


def test_tags_are_added_changed_and_removed(ssm, put):
    put("/a", Tags=[{"Key": "team", "Value": "shop"}])
    tag(ssm, team="store", env="prod")
    assert tags_of(ssm) == {"team": "store", "env": "prod"}
    ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId="/a", TagKeys=["team", "none"])
    assert tags_of(ssm) == {"env": "prod"}
    put("/a", "new", Overwrite=True)
    assert tags_of(ssm) == {"env": "prod"}


def test_tags_are_fifty_at_most_and_none_of_awss(ssm, put):
    put("/a")
    tag(ssm, **{f"k{number}": "v" for number in range(50)})
    with pytest.raises(ssm.exceptions.TooManyTagsError):
        tag(ssm, more="v")
    with pytest.raises(ClientError, match=r"ValidationException.*aws:"):
        tag(ssm, **{"aws:x": "v"})


def test_what_is_no_parameter_has_no_tags_here(ssm, put):
    put("/a")
    for name in ("/none", "a b"):
        with pytest.raises(ssm.exceptions.InvalidResourceId):
            tags_of(ssm, name)
    with pytest.raises(ssm.exceptions.InvalidResourceType):
        ssm.list_tags_for_resource(ResourceType="Document", ResourceId="x")
    with pytest.raises(ssm.exceptions.InvalidResourceType):
        ssm.add_tags_to_resource(ResourceType="PatchBaseline", ResourceId="x", Tags=[])
    with pytest.raises(ssm.exceptions.InvalidResourceType):
        ssm.remove_tags_from_resource(ResourceType="OpsItem", ResourceId="x", TagKeys=["a"])


def test_tagging_a_new_parameter_is_a_right_of_its_own(as_user):
    alice = as_user("alice", ("ssm:PutParameter",))
    alice.put_parameter(Name="/a", Value="x", Type="String")
    tags = [{"Key": "team", "Value": "shop"}]
    with pytest.raises(ClientError, match=r"AccessDeniedException.*ssm:AddTagsToResource"):
        alice.put_parameter(Name="/b", Value="x", Type="String", Tags=tags)
    as_user("bob", ("ssm:PutParameter",), ("ssm:AddTagsToResource",)).put_parameter(
        Name="/b", Value="x", Type="String", Tags=tags
    )


def test_policies_may_ask_for_tags(as_user, put):
    put("/shop", Tags=[{"Key": "Team", "Value": "shop"}])
    put("/bank", Tags=[{"Key": "Team", "Value": "bank"}])
    for name, key in (("alice", "aws:ResourceTag/Team"), ("bob", "ssm:resourceTag/Team")):
        user = as_user(name, (["ssm:GetParameter", "ssm:GetParameters"], "*", {"StringEquals": {key: "shop"}}))
        assert user.get_parameter(Name="/shop")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            user.get_parameter(Name="/bank")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            user.get_parameters(Names=["/shop", "/bank"])
    required = {"StringEquals": {"aws:RequestTag/Team": "shop"}}
    carol = as_user("carol", ("ssm:PutParameter", "*", required), ("ssm:AddTagsToResource",))
    carol.put_parameter(Name="/c", Value="x", Type="String", Tags=[{"Key": "Team", "Value": "shop"}])
    with pytest.raises(ClientError, match="AccessDeniedException"):
        carol.put_parameter(Name="/d", Value="x", Type="String")
