import pytest
from botocore.exceptions import ClientError

GOOD = {
    "text": ["anything", "{"],
    "aws:region": ["us-east-1", "eu-central-1"],
    "aws:account:id": ["111122223333"],
    "boolean": ["true", "false"],
    "integer": ["0", "-12", "443"],
    "float": ["1.5", "-2", "1e9", ".5"],
    "binary": ["AAEC", "aGVsbG8="],
    "hostname": ["db.example.com", "localhost"],
    "email": ["a.b+c@example.com"],
    "ipv4-address": ["10.0.0.1"],
    "ipv6-address": ["::1", "2001:db8::8a2e:370:7334"],
    "url": ["https://example.com/a?b=c", "postgres://db:5432/x"],
    "json": ['{"a": [1, null]}', "3"],
    "jsonc": ['{"a": "//no comment", /* one */ "b": 1} // two'],
}
BAD = {
    "aws:region": ["us-east-99", "US-EAST-1"],
    "aws:account:id": ["11112222333", "١١١١٢٢٢٢٣٣٣٣", "111122223333\n"],
    "boolean": ["yes", "1"],
    "integer": ["1.0", "x", "1_000"],
    "float": ["x", "1,5", "nan"],
    "binary": ["!", "AAE"],
    "hostname": ["-a.example", "a..b", "a b"],
    "email": ["a@b", "@example.com", "a b@example.com"],
    "ipv4-address": ["256.1.1.1", "10.0.0", "10.0.0.0/8"],
    "ipv6-address": ["10.0.0.1", "::g"],
    "url": ["example.com", "https://", "http://a b"],
    "json": ["{", "[NaN]", "// x\n1", "[" * 4000],
    "jsonc": ["{", "/* x"],
}


@pytest.mark.parametrize(("data_type", "value"), [(key, value) for key, values in GOOD.items() for value in values])
def test_a_value_of_the_type_is_taken(data_type, value, ssm, put):
    put("/a", value, DataType=data_type, Tier="Advanced")
    found = ssm.get_parameter(Name="/a")["Parameter"]
    assert (found["DataType"], found["Value"]) == (data_type, value)


@pytest.mark.parametrize(("data_type", "value"), [(key, value) for key, values in BAD.items() for value in values])
def test_a_value_of_another_type_is_refused(data_type, value, put):
    with pytest.raises(ClientError, match=rf"ValidationException.*not valid for the data type {data_type}"):
        put("/a", value, DataType=data_type, Tier="Advanced")


def test_a_type_that_is_none_is_refused(put):
    with pytest.raises(ClientError, match=r"data type is not supported: Text \(Data type names are all lowercase"):
        put("/a", DataType="Text")


def test_each_item_of_a_list_is_looked_at(put):
    put("/a", "1,2,3", Type="StringList", DataType="integer")
    with pytest.raises(ClientError, match="not valid for the data type integer"):
        put("/b", "1,x", Type="StringList", DataType="integer")
    with pytest.raises(ClientError, match="not supported for parameters of type StringList"):
        put("/b", "{}", Type="StringList", DataType="json", Tier="Advanced")


def test_some_types_need_the_advanced_tier(put):
    with pytest.raises(ClientError, match="advanced-parameter tier"):
        put("/a", "{}", DataType="json")


def test_a_data_type_may_change_but_for_those_that_aws_looks_after(ssm, put):
    put("/a", "1", DataType="integer")
    put("/a", "1.5", Overwrite=True, DataType="float")
    with pytest.raises(ClientError, match="not valid for the data type float"):
        put("/a", "x", Overwrite=True)
    with pytest.raises(ClientError, match="cannot be changed from float to aws:ec2:image"):
        put("/a", "ami-12345abcdeEXAMPLE", Overwrite=True, DataType="aws:ec2:image")


def test_an_image_that_is_none_is_found_out_after_the_answer(ssm, put, told):
    assert put("/image", "nonsense", DataType="aws:ec2:image")["Version"] == 1
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="/image")
    (event,) = told()
    assert event.detail == {
        "exception": "Unable to Describe Resource",
        "dataType": "aws:ec2:image",
        "name": "/image",
        "type": "String",
        "operation": "Create",
    }
    put("/image", "ami-12345abcdeEXAMPLE", DataType="aws:ec2:image")
    assert ssm.get_parameter(Name="/image")["Parameter"]["DataType"] == "aws:ec2:image"
    with pytest.raises(ClientError, match="only for parameters of type String"):
        put("/images", "ami-12345abcdeEXAMPLE", DataType="aws:ec2:image", Type="StringList")


def test_an_integration_has_its_place(put, key_id):
    name = "/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/hook"
    put(name, "{}", DataType="aws:ssm:integration", Type="SecureString", KeyId=key_id)
    with pytest.raises(ClientError, match="SecureString parameters whose name starts with"):
        put("/hook", "{}", DataType="aws:ssm:integration", Type="SecureString", KeyId=key_id)
