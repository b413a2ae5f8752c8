import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from vauban.kernel.traffic import HealthCheck, Target, TargetGroup

from .conftest import GROUP, Application, Edge
from .test_exchanges import status

OTHER = GROUP.replace("/app/", "/other/")
FAST = HealthCheck(interval_seconds=1, timeout_seconds=1, healthy_threshold=2, unhealthy_threshold=2)


def weighted(*weights: int, **sticky: Any) -> tuple[dict[str, Any], ...]:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip((GROUP, OTHER), weights, strict=True)]
    config: dict[str, Any] = {"TargetGroups": groups}
    if sticky:
        config["TargetGroupStickinessConfig"] = sticky
    return ({"Type": "forward", "ForwardConfig": config},)


def cookies(answer: bytes) -> dict[str, str]:
    found = re.findall(rb"Set-Cookie: ([A-Z0-9-]+)=([^;]*)", answer)
    return {name.decode(): value.decode() for name, value in found}


def until(true: Callable[[], Any]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def states(edge: Edge) -> list[tuple[str, str]]:
    described = edge.plane.pools.get(GROUP).described()
    return [(each["TargetHealth"]["State"], each["TargetHealth"].get("Reason", "")) for each in described]


def heard(*applications: Application) -> list[int]:
    return [len(each.heard) for each in applications]


def test_targets_take_turns(edge: Edge):
    second, third = edge.add_application(), edge.add_application()
    edge.apply(groups=(edge.group(edge.application, second, third),))
    for _ in range(9):
        edge.get()
    assert heard(edge.application, second, third) == [3, 3, 3]


def test_who_has_the_least_to_do_is_asked(edge: Edge):
    second = edge.add_application()
    attributes = {"load_balancing.algorithm.type": "least_outstanding_requests"}
    edge.apply(groups=(edge.group(edge.application, second, attributes=attributes),))
    edge.application.answer = second.answer = b""
    clients = [edge.connect() for _ in range(6)]
    for number, client in enumerate(clients, 1):
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda number=number: sum(heard(edge.application, second)) == number)
    assert heard(edge.application, second) == [3, 3]
    for client in clients:
        client.socket.close()


def test_connections_to_targets_are_kept(edge: Edge):
    for _ in range(5):
        assert status(edge.get()) == 200
    assert edge.application.connections == 1


def test_groups_are_chosen_by_weight(edge: Edge):
    second = edge.add_application()
    edge.apply(actions=weighted(1, 0), groups=(edge.group(), edge.group(second, arn=OTHER)))
    for _ in range(5):
        edge.get()
    assert heard(edge.application, second) == [5, 0]
    edge.apply(actions=weighted(50, 50), groups=(edge.group(), edge.group(second, arn=OTHER)))
    for _ in range(60):
        edge.get()
    assert min(heard(edge.application, second)) > 5


def test_a_client_stays_with_its_group(edge: Edge):
    second = edge.add_application()
    groups = (edge.group(), edge.group(second, arn=OTHER))
    edge.apply(actions=weighted(0, 1, Enabled=True, DurationSeconds=60), groups=groups)
    given = cookies(edge.get())
    assert set(given) == {"AWSALBTG", "AWSALBTGCORS"}
    edge.apply(actions=weighted(1, 0, Enabled=True, DurationSeconds=60), groups=groups)
    edge.get("/", f"Cookie: a=b; AWSALBTG={given['AWSALBTG']}")
    assert heard(edge.application, second) == [0, 2]
    edge.get("/", "Cookie: AWSALBTG=forged")
    assert heard(edge.application, second) == [1, 2]


STICKY = {"stickiness.enabled": "true", "stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "60"}


def test_a_client_stays_with_its_target(edge: Edge):
    second = edge.add_application()
    edge.apply(groups=(edge.group(edge.application, second, attributes=STICKY),))
    answer = edge.get()
    given = cookies(answer)
    assert set(given) == {"AWSALB", "AWSALBCORS"}
    assert re.search(rb"Set-Cookie: AWSALB=[^;]+; Expires=[^;]+ GMT; Path=/\r\n", answer)
    assert re.search(rb"Set-Cookie: AWSALBCORS=[^;]+; Expires=[^;]+; Path=/; SameSite=None\r\n", answer)
    before = heard(edge.application, second)
    for _ in range(4):
        edge.get("/", f"Cookie: AWSALB={given['AWSALB']}")
    assert Counter(after - was for after, was in zip(heard(edge.application, second), before, strict=True)) == {
        0: 1,
        4: 1,
    }


def test_the_cookie_tells_nothing_of_the_target(edge: Edge):
    edge.apply(groups=(edge.group(attributes=STICKY),))
    token = cookies(edge.get())["AWSALB"]
    assert str(edge.application.port) not in token
    assert "127.0.0.1" not in token


def test_the_application_may_say_who_stays(edge: Edge):
    attributes = {
        "stickiness.enabled": "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.cookie_name": "session",
    }
    second = edge.add_application()
    edge.apply(groups=(edge.group(edge.application, second, attributes=attributes),))
    assert cookies(edge.get()) == {}
    for each in (edge.application, second):
        each.answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: 0\r\n\r\n"
    given = cookies(edge.get())
    assert set(given) == {"AWSALBAPP-0"}
    before = heard(edge.application, second)
    for _ in range(4):
        edge.get("/", f"Cookie: AWSALBAPP-0={given['AWSALBAPP-0']}")
    assert 0 in [after - was for after, was in zip(heard(edge.application, second), before, strict=True)]


def test_who_is_unhealthy_is_not_asked(edge: Edge):
    sick = edge.add_application()
    sick.health = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"
    edge.apply(groups=(edge.group(edge.application, sick, health_check=FAST),))
    until(lambda: sorted(states(edge)) == [("healthy", ""), ("unhealthy", "Target.ResponseCodeMismatch")])
    for _ in range(4):
        assert status(edge.get()) == 200
    assert heard(edge.application, sick) == [4, 0]
    sick.health = edge.application.health
    until(lambda: states(edge) == [("healthy", "")] * 2)


def test_where_nobody_is_healthy_all_are_asked(edge: Edge):
    edge.application.health = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
    edge.apply(groups=(edge.group(health_check=FAST),))
    until(lambda: states(edge) == [("unhealthy", "Target.ResponseCodeMismatch")])
    assert status(edge.get()) == 200


def test_a_target_that_is_not_there_fails_its_checks(edge: Edge):
    group = TargetGroup(GROUP, targets=(Target("127.0.0.1", 1),), health_check=FAST)
    edge.apply(groups=(group,))
    until(lambda: ("unhealthy", "Target.FailedHealthChecks") in states(edge))
    assert status(edge.get()) == 502


@pytest.mark.parametrize(("matcher", "state"), [("200-299", "healthy"), ("200,204", "healthy"), ("200", "unhealthy")])
def test_codes_that_mean_health_are_configured(edge: Edge, matcher: str, state: str):
    edge.application.health = b"HTTP/1.1 204 No Content\r\n\r\n"
    check = HealthCheck(interval_seconds=1, matcher=matcher, unhealthy_threshold=1)
    edge.apply(groups=(edge.group(health_check=check),))
    until(lambda: states(edge)[0][0] == state)


def test_a_deregistered_target_finishes_what_it_is_at(edge: Edge):
    second = edge.add_application()
    edge.application.answer = b""
    edge.apply(groups=(edge.group(edge.application),))
    with edge.connect() as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: edge.application.heard)
        edge.apply(groups=(edge.group(second, attributes={"deregistration_delay.timeout_seconds": "30"}),))
        assert ("draining", "Target.DeregistrationInProgress") in states(edge)
        assert status(edge.get()) == 200
        edge.run(_say(edge.application, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"))
        assert client.until(b"done").startswith(b"HTTP/1.1 200 OK")
    assert heard(edge.application, second) == [1, 1]


async def _say(application: Application, data: bytes) -> None:
    application.writers[-1].write(data)


def test_what_is_known_of_health_outlives_a_snapshot(edge: Edge):
    edge.apply(groups=(edge.group(health_check=FAST),))
    until(lambda: states(edge) == [("healthy", "")])
    edge.apply(groups=(edge.group(edge.application, edge.add_application(), health_check=FAST),))
    assert ("healthy", "") in states(edge)


def test_groups_that_no_rule_leads_to_are_not_checked(edge: Edge):
    idle = edge.add_application()
    edge.apply(groups=(edge.group(), edge.group(idle, arn=OTHER, health_check=FAST)))
    pool = edge.plane.pools.get(OTHER)
    assert not pool.used
    assert [each["TargetHealth"]["State"] for each in pool.described()] == ["initial"]


def test_a_new_snapshot_loses_no_request(edge: Edge):
    """Reloads as fast as they go, while requests come as fast as they go."""
    import threading

    answers: list[int] = []
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            answers.append(status(edge.get()))

    workers = [threading.Thread(target=load) for _ in range(3)]
    for worker in workers:
        worker.start()
    for number in range(40):
        edge.apply(attributes={"idle_timeout.timeout_seconds": str(60 + number)})
    stop.set()
    for worker in workers:
        worker.join()
    assert len(answers) > 10
    assert set(answers) == {200}
