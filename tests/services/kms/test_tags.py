import pytest
from botocore.exceptions import ClientError


def tag(name, value="x"):
    return {"TagKey": name, "TagValue": value}


def test_tags_are_added_replaced_and_taken_away(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=[tag("a", "1"), tag("b", "")])
    kms.tag_resource(KeyId=key_id, Tags=[tag("a", "2")])
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == [tag("a", "2"), tag("b", "")]
    kms.untag_resource(KeyId=key_id, TagKeys=["a", "never there"])
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == [tag("b", "")]


@pytest.mark.parametrize(
    "tags",
    [
        [tag("a"), tag("a", "y")],
        [tag("aws:mine")],
        [tag("AWS:mine")],
        [tag("a;b")],
        [tag("a", "b<c")],
        [tag(str(number)) for number in range(51)],
    ],
)
def test_tags_that_cannot_be_are_refused(tags, kms, key_id):
    with pytest.raises(kms.exceptions.TagException):
        kms.tag_resource(KeyId=key_id, Tags=tags)
    with pytest.raises(kms.exceptions.TagException):
        kms.create_key(Tags=tags)


@pytest.mark.parametrize("tags", [[tag("")], [tag("a" * 129)], [tag("a", "b" * 257)]])
def test_tags_are_as_long_as_the_model_says(tags, unchecked, key_id):
    with pytest.raises(ClientError, match="ValidationException"):
        unchecked.tag_resource(KeyId=key_id, Tags=tags)


def test_a_key_has_at_most_fifty_tags(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=[tag(f"tag {number}") for number in range(50)])
    kms.tag_resource(KeyId=key_id, Tags=[tag("tag 7", "new")])
    with pytest.raises(kms.exceptions.TagException, match="Too many tags"):
        kms.tag_resource(KeyId=key_id, Tags=[tag("one more")])


def test_letters_of_every_script_may_be_in_tags(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=[tag("équipe/日本:1", "a_b.c+d-e=f@g")])
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == [tag("équipe/日本:1", "a_b.c+d-e=f@g")]


def test_tags_are_listed_page_by_page(kms, key_id):
    kms.tag_resource(KeyId=key_id, Tags=[tag(str(number)) for number in range(5)])
    pages = list(kms.get_paginator("list_resource_tags").paginate(KeyId=key_id, PaginationConfig={"PageSize": 2}))
    assert [len(page["Tags"]) for page in pages] == [2, 2, 1]
    with pytest.raises(ClientError, match=r"ValidationException.*limit"):
        kms.list_resource_tags(KeyId=key_id, Limit=51)
    with pytest.raises(kms.exceptions.InvalidMarkerException):
        kms.list_resource_tags(KeyId=key_id, Marker="made up")


def test_a_tag_of_aws_is_not_taken_away(kms, key_id):
    with pytest.raises(kms.exceptions.TagException):
        kms.untag_resource(KeyId=key_id, TagKeys=["aws:mine"])
