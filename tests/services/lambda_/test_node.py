"""Functions for Node.js."""

import base64
import shutil

import pytest
from botocore.exceptions import ClientError

from vauban.outside.functions import programs

from ...debian import install
from .conftest import archive, invoked


@pytest.fixture(autouse=True)
def _has_node():
    if shutil.which("node") is None:
        install("nodejs")
        programs.node.cache_clear()


@pytest.fixture
def make_node(make):
    def make_node(source: str, file: str = "app.js", **more):
        code = {"ZipFile": archive(source, file, **more.pop("files", {}))}
        return make(Runtime="nodejs20.x", Code=code, **{"Timeout": 20, **more})

    return make_node


def test_handlers_of_both_kinds_of_modules_and_all_styles_answer(client, make_node):
    source = """
exports.promised = async (event) => ({ ...event, by: 'promise' });
exports.called = (event, context, callback) => { setTimeout(() => callback(null, 'callback'), 5); };
exports.done = (event, context) => context.succeed('done');
exports.silent = () => {};
exports.group = { inner: async () => 'inner' };
"""
    make_node(source, Handler="app.promised")
    assert invoked(client, {"a": 1})[1] == {"a": 1, "by": "promise"}
    for handler, answer in (("called", "callback"), ("done", "done"), ("silent", None), ("group.inner", "inner")):
        client.update_function_configuration(FunctionName="job", Handler=f"app.{handler}")
        assert invoked(client)[1] == answer
    module = "import { base } from './lib/base.mjs';\nexport const handler = async (event) => base + event;"
    code = archive(module, "app.mjs", **{"lib/base.mjs": "export const base = 40;"})
    client.update_function_code(FunctionName="job", ZipFile=code)
    client.update_function_configuration(FunctionName="job", Handler="app.handler")
    assert invoked(client, 2)[1] == 42


def test_a_function_knows_who_it_is_and_is_used_again(client, make_node):
    source = """
let count = 0;
export const handler = async (event, context) => [
  ++count, context.functionName, context.invokedFunctionArn, context.awsRequestId, context.memoryLimitInMB,
  process.env.MODE, context.getRemainingTimeInMillis() > 1000,
];
"""
    make_node(source, "app.mjs", Environment={"Variables": {"MODE": "x"}})
    assert invoked(client)[1][0] == 1
    answer, told = invoked(client)
    arn = "arn:aws:lambda:us-east-1:111122223333:function:job"
    assert told == [2, "job", arn, answer["ResponseMetadata"]["RequestId"], "128", "x", True]


def test_errors_are_told_with_their_traces_and_logged(client, make_node):
    make_node("exports.handler = async () => { console.log('so far'); throw new TypeError('no'); };")
    answer, told = invoked(client, LogType="Tail")
    assert answer["FunctionError"] == "Unhandled"
    assert (told["errorType"], told["errorMessage"]) == ("TypeError", "no")
    assert "/var/task/app.js" in told["trace"][1]
    log = base64.b64decode(answer["LogResult"]).decode()
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert f"\t{request_id}\tINFO\tso far\n" in log
    assert f'\t{request_id}\tERROR\tInvoke Error \t{{"errorType":"TypeError"' in log


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("exports.other = 1", "Runtime.HandlerNotFound"),
        ("this is no code", "Runtime.UserCodeSyntaxError"),
        ("require('nowhere')", "Runtime.ImportModuleError"),
        (
            "exports.handler = () => { Promise.reject(new Error('lost')); return new Promise(() => {}); }",
            "Runtime.UnhandledPromiseRejection",
        ),
    ],
)
def test_what_cannot_run_is_told_by_aws_names(client, make_node, source, error):
    make_node(source)
    answer, told = invoked(client)
    assert (answer["FunctionError"], told["errorType"]) == ("Unhandled", error)


def test_a_host_without_node_refuses_its_functions(make_node, monkeypatch):
    monkeypatch.setattr(programs, "node", lambda: None)
    with pytest.raises(ClientError) as refused:
        make_node("exports.handler = async () => 1;")
    assert "this host has no Node.js" in refused.value.response["Error"]["Message"]
