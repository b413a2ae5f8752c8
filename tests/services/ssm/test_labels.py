import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def versions(put):
    put("/a", "one")
    put("/a", "two", Overwrite=True)


def test_a_label_names_a_version(ssm, versions):
    answer = ssm.label_parameter_version(Name="/a", ParameterVersion=1, Labels=["prod", "old.1_x-y"])
    assert (answer["ParameterVersion"], answer["InvalidLabels"]) == (1, [])
    found = ssm.get_parameter(Name="/a:prod")["Parameter"]
    assert (found["Value"], found["Selector"], found["Version"]) == ("one", ":prod", 1)


def test_without_a_version_the_newest_is_labelled(ssm, versions):
    assert ssm.label_parameter_version(Name="/a", Labels=["prod"])["ParameterVersion"] == 2


def test_a_label_moves(ssm, versions):
    ssm.label_parameter_version(Name="/a", ParameterVersion=1, Labels=["prod"])
    ssm.label_parameter_version(Name="/a", ParameterVersion=2, Labels=["prod"])
    assert ssm.get_parameter(Name="/a:prod")["Parameter"]["Value"] == "two"
    assert [each["Labels"] for each in ssm.get_parameter_history(Name="/a")["Parameters"]] == [[], ["prod"]]


def test_labels_that_cannot_be_are_listed_and_the_others_attached(ssm, versions):
    labels = ["good", "1st", "aws-x", "SSMy", "a b", "a/b"]
    assert ssm.label_parameter_version(Name="/a", Labels=labels)["InvalidLabels"] == labels[1:]
    assert ssm.get_parameter(Name="/a:good")


def test_a_version_has_at_most_ten_labels(ssm, versions):
    ssm.label_parameter_version(Name="/a", Labels=[f"l{number}" for number in range(10)])
    with pytest.raises(ssm.exceptions.ParameterVersionLabelLimitExceeded, match="maximum 10 labels"):
        ssm.label_parameter_version(Name="/a", Labels=["more"])
    ssm.label_parameter_version(Name="/a", ParameterVersion=1, Labels=["more"])


def test_labels_are_taken_off_the_version_they_are_on(ssm, versions):
    ssm.label_parameter_version(Name="/a", ParameterVersion=1, Labels=["x", "y"])
    answer = ssm.unlabel_parameter_version(Name="/a", ParameterVersion=1, Labels=["x", "none"])
    assert (answer["RemovedLabels"], answer["InvalidLabels"]) == (["x"], ["none"])
    assert ssm.unlabel_parameter_version(Name="/a", ParameterVersion=2, Labels=["y"])["InvalidLabels"] == ["y"]
    assert ssm.get_parameter(Name="/a:y")
    with pytest.raises(ssm.exceptions.ParameterVersionNotFound):
        ssm.get_parameter(Name="/a:x")


def test_only_versions_that_are_there_have_labels(ssm, versions):
    for operation in (ssm.label_parameter_version, ssm.unlabel_parameter_version):
        with pytest.raises(ssm.exceptions.ParameterVersionNotFound, match="could not find version 3 of /a"):
            operation(Name="/a", ParameterVersion=3, Labels=["x"])
        with pytest.raises(ssm.exceptions.ParameterNotFound):
            operation(Name="/none", ParameterVersion=1, Labels=["x"])


def test_a_label_is_not_too_long(ssm, versions):
    with pytest.raises(ClientError, match="ValidationException"):
        ssm.label_parameter_version(Name="/a", Labels=["x" * 101])


def test_a_label_does_not_change_the_date(ssm, versions):
    before = ssm.get_parameter(Name="/a")["Parameter"]["LastModifiedDate"]
    ssm.label_parameter_version(Name="/a", Labels=["x"])
    assert ssm.get_parameter(Name="/a")["Parameter"]["LastModifiedDate"] == before
