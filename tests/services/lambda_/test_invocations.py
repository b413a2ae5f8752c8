"""Functions that run."""

import base64

import pytest
from botocore.exceptions import ClientError

from vauban.outside.functions import memory_groups

from .conftest import archive, invoked

BOOTSTRAP = """#!/usr/bin/perl
use IO::Socket::INET;
sub ask {
    my ($method, $path, $body) = @_;
    my $socket = IO::Socket::INET->new($ENV{AWS_LAMBDA_RUNTIME_API}) or die;
    print $socket "$method /2018-06-01/runtime/$path HTTP/1.0\\r\\n";
    print $socket "Content-Length: ", length($body), "\\r\\n\\r\\n$body";
    return split /\\r\\n\\r\\n/, join("", <$socket>), 2;
}
while (1) {
    my ($head, $body) = ask("GET", "invocation/next", "");
    $head =~ /Request-Id: (\\S+)/i;
    ask("POST", "invocation/$1/response", $body);
}
"""


def test_a_function_answers_what_it_returns(client, make):
    make()
    answer, payload = invoked(client, {"a": [1, None]})
    assert (answer["StatusCode"], answer["ExecutedVersion"], payload) == (200, "$LATEST", {"a": [1, None]})
    assert "FunctionError" not in answer


def test_an_exception_is_told_with_its_type_and_its_trace(client, make):
    make("def handler(event, context): raise KeyError('x')")
    answer, payload = invoked(client)
    assert answer["FunctionError"] == "Unhandled"
    assert (payload["errorType"], payload["errorMessage"]) == ("KeyError", "'x'")
    assert "app.py" in payload["stackTrace"][0]


def test_the_tail_of_the_log_comes_with_the_answer(client, make):
    make("def handler(event, context): print('hello')")
    log = base64.b64decode(invoked(client, LogType="Tail")[0]["LogResult"]).decode()
    assert log.startswith("START RequestId: ")
    assert "\nhello\nEND RequestId: " in log
    assert "Memory Size: 128 MB" in log


def test_what_takes_longer_than_its_timeout_is_ended(client, make):
    make("import time\ndef handler(event, context): time.sleep(60)", Timeout=1)
    answer, payload = invoked(client)
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


def test_an_environment_is_used_again_until_the_function_changes(client, make):
    make("n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return n")
    assert [invoked(client)[1] for _ in range(3)] == [1, 2, 3]
    client.update_function_configuration(FunctionName="job", Environment={"Variables": {"SIZE": "9"}})
    assert invoked(client)[1] == 1


def test_a_function_knows_who_it_is_and_nothing_of_the_host(client, make):
    make(
        "import os\ndef handler(event, context):\n"
        "    return [os.environ['AWS_LAMBDA_FUNCTION_NAME'], context.invoked_function_arn, os.environ['MODE'],\n"
        "        os.environ['AWS_REGION'], os.path.exists('/work/shared'), os.getuid() == 0,\n"
        "        sorted(each for each in os.listdir('/proc') if each.isdigit())]",
        Environment={"Variables": {"MODE": "x"}},
    )
    name, arn, mode, region, sees_host, is_root, processes = invoked(client)[1]
    assert (name, arn, mode) == ("job", "arn:aws:lambda:us-east-1:111122223333:function:job", "x")
    assert (region, sees_host, is_root) == ("us-east-1", False, False)
    assert len(processes) <= 2


def test_a_function_that_ends_its_process_is_told_of_as_such(client, make):
    make("import os\ndef handler(event, context): os._exit(7)")
    assert invoked(client)[1]["errorMessage"].endswith("Runtime exited with error: exit status 7")


def test_a_program_of_its_owner_speaks_with_the_runtime_api(client, make):
    make("", Runtime="provided.al2023", Handler="any", Code={"ZipFile": archive(BOOTSTRAP, "bootstrap")})
    assert invoked(client, {"a": 1})[1] == {"a": 1}


def test_a_program_that_is_missing_is_told_of_as_such(client, make):
    make("", Runtime="provided.al2", Handler="any", Code={"ZipFile": archive("", "other")})
    told = invoked(client)[1]
    assert told["errorType"] == "Runtime.InvalidEntrypoint"
    assert "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]" in told["errorMessage"]


def test_what_all_processes_take_together_is_bounded_where_the_host_lets_it_be(client, make):
    make(
        "import os, time\n"
        "def handler(event, context):\n"
        "    for _ in range(8):\n"
        "        if not os.fork():\n"
        "            held = b'x' * 120 * 1024 * 1024\n"
        "            time.sleep(2)\n"
        "            os._exit(0)\n"
        "    return [os.wait()[1] for _ in range(8)]",
        Timeout=30,
    )
    answer, told = invoked(client)
    is_killed = "FunctionError" in answer or 9 in told
    assert is_killed == memory_groups.bounds()


def test_a_dry_run_runs_nothing(client, make):
    make()
    assert client.invoke(FunctionName="job", InvocationType="DryRun")["StatusCode"] == 204


def test_what_is_no_json_is_refused(client, make):
    make()
    with pytest.raises(ClientError) as refused:
        client.invoke(FunctionName="job", Payload=b"{")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_an_invocation_is_a_data_event_and_not_looked_up(vauban, client, make):
    make()
    invoked(client)
    names = [each["EventName"] for each in vauban.client("cloudtrail").lookup_events()["Events"]]
    assert "CreateFunction20150331" in names
    assert "Invoke" not in names
    named = [{"AttributeKey": "EventName", "AttributeValue": "CreateFunction20150331"}]
    assert len(vauban.client("cloudtrail").lookup_events(LookupAttributes=named)["Events"]) == 1


def test_who_has_no_policy_invokes_nothing(vauban, client, make):
    make()
    vauban.user("eve")
    with pytest.raises(ClientError) as denied:
        vauban.client("lambda", user="eve").invoke(FunctionName="job")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "lambda:InvokeFunction" in denied.value.response["Error"]["Message"]
