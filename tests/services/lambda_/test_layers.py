"""Layers: published, told, permitted, laid under functions, deleted."""

import json

import pytest
from botocore.exceptions import ClientError

from vauban.kernel.requests import Request
from vauban.services.lambda_.resources import LayerArchive
from vauban.testing import InProcess

from .conftest import TRUST, archive, invoked

LAYER = "arn:aws:lambda:us-east-1:111122223333:layer:tools"
OTHER = "444455556666"
USING = "import tools\ndef handler(event, context): return tools.name"


def code_of(refused) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def publish(client, name: str = "tools", says: str = "first", **more):
    content = {"ZipFile": archive(f"name = '{says}'", "python/tools.py")}
    return client.publish_layer_version(LayerName=name, Content=content, **more)


def test_versions_are_numbered_and_told(client):
    first = publish(client, Description="d", CompatibleRuntimes=["python3.12"], LicenseInfo="MIT")
    assert (first["Version"], first["LayerArn"], first["LayerVersionArn"]) == (1, LAYER, f"{LAYER}:1")
    assert publish(client, says="second")["Version"] == 2
    told = client.get_layer_version(LayerName=LAYER, VersionNumber=1)
    assert {name: told[name] for name in ("Description", "CompatibleRuntimes", "LicenseInfo")} == {
        "Description": "d",
        "CompatibleRuntimes": ["python3.12"],
        "LicenseInfo": "MIT",
    }
    assert client.get_layer_version_by_arn(Arn=f"{LAYER}:2")["Version"] == 2
    versions = client.list_layer_versions(LayerName="tools")["LayerVersions"]
    assert [each["Version"] for each in versions] == [2, 1]
    (layer,) = client.list_layers(CompatibleRuntime="python3.12")["Layers"]
    assert (layer["LayerName"], layer["LatestMatchingVersion"]["Version"]) == ("tools", 1)


def test_a_deleted_version_is_gone_and_its_number_is_not_given_again(client):
    publish(client)
    for _ in range(2):
        client.delete_layer_version(LayerName="tools", VersionNumber=1)
    with pytest.raises(ClientError) as refused:
        client.get_layer_version(LayerName="tools", VersionNumber=1)
    assert code_of(refused)[0] == "ResourceNotFoundException"
    assert client.list_layers()["Layers"] == []
    assert publish(client)["Version"] == 2
    with pytest.raises(ClientError) as refused:
        client.get_layer_version(LayerName="tools", VersionNumber=0)
    assert code_of(refused) == ("InvalidParameterValueException", "Layer Version Cannot be less than 1.")


def test_the_archive_is_where_it_is_said_to_be_for_ten_minutes(vauban: InProcess, client, make):
    make()
    told = [client.get_function(FunctionName="job")["Code"]["Location"], publish(client)["Content"]["Location"]]
    paths = [each.removeprefix("http://vauban.test") for each in told]
    expected = [archive("def handler(event, context): return event"), archive("name = 'first'", "python/tools.py")]
    answers = [vauban.request(Request("GET", each)) for each in paths]
    assert [(each.status, len(each.body)) for each in answers] == [(200, len(each)) for each in expected]
    vauban.advance(minutes=11)
    forged = paths[0][:-6] + "AAAAA="
    for each in (*paths, forged, "/lambda-archives/", "/lambda-archives/111122223333/é"):
        assert vauban.request(Request("GET", each)).status == 403


def test_a_function_finds_its_layers_the_last_on_top(client, make):
    first, second = publish(client), publish(client, "more", "second")
    made = make(USING, Layers=[first["LayerVersionArn"], second["LayerVersionArn"]])
    assert made["Layers"][0] == {"Arn": f"{LAYER}:1", "CodeSize": first["Content"]["CodeSize"]}
    assert invoked(client)[1] == "second"
    client.update_function_configuration(FunctionName="job", Layers=[f"{LAYER}:1"])
    assert invoked(client)[1] == "first"
    client.update_function_configuration(FunctionName="job", Layers=[])
    assert invoked(client)[1]["errorType"] == "Runtime.ImportModuleError"


def test_node_finds_modules_in_layers(client, make):
    content = {"ZipFile": archive("exports.name = 'layer';", "nodejs/node_modules/tools/index.js")}
    layer = client.publish_layer_version(LayerName="tools", Content=content)["LayerVersionArn"]
    code = {"ZipFile": archive("const t = require('tools'); exports.handler = async () => t.name;", "app.js")}
    make(Runtime="nodejs20.x", Code=code, Layers=[layer], Timeout=20)
    assert invoked(client)[1] == "layer"


def test_a_deleted_layer_stays_with_its_functions_and_no_longer(vauban: InProcess, client, make):
    publish(client)
    make(USING, Layers=[f"{LAYER}:1"])
    client.delete_layer_version(LayerName="tools", VersionNumber=1)
    assert invoked(client)[1] == "first"
    client.delete_function(FunctionName="job")
    assert vauban.vauban.store.begin().at(vauban.account, "us-east-1").list(LayerArchive) == []


@pytest.mark.parametrize(
    "layers",
    [
        [f"{LAYER}:9"],
        [f"{LAYER}:1", f"{LAYER}:2"],
        [f"{LAYER}{each}:1" for each in range(6)],
        ["arn:aws:lambda:eu-west-1:111122223333:layer:tools:1"],
    ],
)
def test_what_cannot_be_laid_is_refused(client, make, layers):
    publish(client)
    publish(client)
    with pytest.raises(ClientError) as refused:
        make(Layers=layers)
    assert code_of(refused)[0] == "InvalidParameterValueException"


@pytest.fixture
def two() -> InProcess:
    running = InProcess(("111122223333", OTHER))
    yield running
    running.close()


def test_another_account_uses_a_layer_once_it_is_permitted(two: InProcess):
    client, theirs = two.client("lambda"), two.client("lambda", account=OTHER)
    publish(client)
    role = two.client("iam", account=OTHER).create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    asked = {
        "FunctionName": "job",
        "Runtime": "python3.12",
        "Role": role["Role"]["Arn"],
        "Handler": "app.handler",
        "Code": {"ZipFile": archive(USING)},
        "Layers": [f"{LAYER}:1"],
    }
    with pytest.raises(ClientError) as denied:
        theirs.create_function(**asked)
    assert code_of(denied)[0] == "AccessDeniedException"
    assert "lambda:GetLayerVersion" in code_of(denied)[1]
    permission = {"LayerName": "tools", "VersionNumber": 1, "StatementId": "them"}
    added = client.add_layer_version_permission(**permission, Action="lambda:GetLayerVersion", Principal=OTHER)
    assert json.loads(added["Statement"])["Principal"] == {"AWS": f"arn:aws:iam::{OTHER}:root"}
    theirs.create_function(**asked)
    client.remove_layer_version_permission(**permission)
    client.delete_layer_version(LayerName="tools", VersionNumber=1)
    assert invoked(theirs)[1] == "first"


def test_a_layers_policy_is_put_once_told_and_taken(client):
    publish(client)
    permission = {"LayerName": "tools", "VersionNumber": 1, "StatementId": "all"}
    said = {"Action": "lambda:GetLayerVersion", "Principal": "*", "OrganizationId": "o-abcdefghij"}
    revision = client.add_layer_version_permission(**permission, **said)["RevisionId"]
    told = client.get_layer_version_policy(LayerName="tools", VersionNumber=1)
    (statement,) = json.loads(told["Policy"])["Statement"]
    assert told["RevisionId"] == revision
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    with pytest.raises(ClientError) as refused:
        client.add_layer_version_permission(**permission, **said)
    assert code_of(refused)[0] == "ResourceConflictException"
    with pytest.raises(ClientError) as refused:
        client.remove_layer_version_permission(**permission, RevisionId="other")
    assert code_of(refused)[0] == "PreconditionFailedException"
    client.remove_layer_version_permission(**permission)
    with pytest.raises(ClientError) as refused:
        client.get_layer_version_policy(LayerName="tools", VersionNumber=1)
    assert code_of(refused)[0] == "ResourceNotFoundException"
