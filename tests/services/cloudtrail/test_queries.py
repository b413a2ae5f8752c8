"""SQL over event data stores, as customers run it."""

from datetime import UTC, timedelta

import pytest
from botocore.exceptions import ClientError

from vauban.events.lake import queries as engine
from vauban.services.cloudtrail import queries


@pytest.fixture
def trail(vauban):
    return vauban.client("cloudtrail")


@pytest.fixture
def kms(vauban):
    return vauban.client("kms")


@pytest.fixture
def store(trail):
    return trail.create_event_data_store(Name="lake")["EventDataStoreArn"]


@pytest.fixture
def ask(trail, store):
    """The rows of a SELECT, in which ``$lake`` stands for the store."""

    def ask(sql: str) -> list[dict[str, str]]:
        query_id = trail.start_query(QueryStatement=sql.replace("$lake", store.split("/")[1]))["QueryId"]
        answer = trail.get_query_results(QueryId=query_id)
        assert answer["QueryStatus"] == "FINISHED", answer
        return [{name: value for cell in row for name, value in cell.items()} for row in answer["QueryResultRows"]]

    return ask


def test_events_are_found_by_what_is_in_them(vauban, kms, ask):
    key = kms.create_key(Description="for the lake")["KeyMetadata"]
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"app": "shop"})
    (row,) = ask(
        "SELECT eventName, userIdentity.arn AS who, element_at(requestParameters, 'keyId') AS key, readOnly "
        "FROM $lake WHERE eventSource = 'kms.amazonaws.com' AND eventName LIKE 'Enc%'"
    )
    arn = f"arn:aws:iam::{vauban.account}:root"
    assert row == {"eventName": "Encrypt", "who": arn, "key": key["KeyId"], "readOnly": "true"}
    (row,) = ask(f"SELECT count(*) AS n FROM $lake, UNNEST(resources) AS t(r) WHERE r.arn = '{key['Arn']}'")
    assert row == {"n": "2"}


def test_events_are_counted_grouped_and_ordered(kms, ask):
    for _ in range(3):
        kms.list_keys()
    kms.list_aliases()
    rows = ask(
        "SELECT eventName, count(*) AS n FROM $lake WHERE eventSource = 'kms.amazonaws.com' "
        "GROUP BY eventName ORDER BY n DESC;"
    )
    assert rows == [{"eventName": "ListKeys", "n": "3"}, {"eventName": "ListAliases", "n": "1"}]
    rows = ask(
        "WITH calls AS (SELECT eventName AS name FROM $lake) SELECT DISTINCT name FROM calls WHERE name LIKE 'ListA%'"
    )
    assert rows == [{"name": "ListAliases"}]


def test_a_star_is_every_column_of_awss_schema(kms, ask):
    kms.list_keys()
    (row,) = ask("SELECT * FROM $lake WHERE eventName = 'ListKeys'")
    assert {"eventVersion", "userIdentity", "eventTime", "recipientAccountId", "eventCategory", "tlsDetails"} <= set(
        row
    )
    assert row["managementEvent"] == "true"


def test_times_bound_what_is_scanned(vauban, trail, kms, store):
    kms.list_keys()
    vauban.advance(days=2)
    kms.list_keys()
    (newest,) = trail.lookup_events(MaxResults=1)["Events"]
    bound = (newest["EventTime"].astimezone(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    statement = f"SELECT eventID FROM {store.split('/')[1]} WHERE eventName = 'ListKeys' AND eventTime > '{bound}'"
    query_id = trail.start_query(QueryStatement=statement)["QueryId"]
    described = trail.describe_query(QueryId=query_id)
    assert described["QueryStatistics"]["EventsMatched"] == 1
    assert described["QueryStatistics"]["EventsScanned"] < 5
    assert described["QueryStatistics"]["BytesScanned"] > 0


def test_a_store_holds_what_its_selectors_took_while_it_took_them(vauban, trail, kms, store, ask):
    def names() -> list[str]:
        return [row["eventName"] for row in ask("SELECT eventName FROM $lake WHERE eventSource = 'kms.amazonaws.com'")]

    vauban.advance(seconds=1)
    kms.list_keys()
    vauban.advance(seconds=1)
    fields = [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventName", "Equals": ["CreateKey"]}]
    trail.update_event_data_store(EventDataStore=store, AdvancedEventSelectors=[{"FieldSelectors": fields}])
    vauban.advance(seconds=1)
    kms.list_keys()
    kms.create_key()
    vauban.advance(seconds=1)
    trail.stop_event_data_store_ingestion(EventDataStore=store)
    vauban.advance(seconds=1)
    kms.create_key()
    assert names() == ["ListKeys", "CreateKey"]


def test_a_store_of_one_region_holds_that_region(vauban, trail, ask, store):
    trail.update_event_data_store(EventDataStore=store, MultiRegionEnabled=False)
    vauban.client("kms", region="eu-west-1").list_keys()
    assert ask("SELECT eventName FROM $lake WHERE awsRegion = 'eu-west-1'") == []
    trail.update_event_data_store(EventDataStore=store, MultiRegionEnabled=True)
    assert ask("SELECT eventName FROM $lake WHERE awsRegion = 'eu-west-1'") == [{"eventName": "ListKeys"}]


def test_what_is_older_than_the_retention_is_gone(vauban, trail, kms, ask, store):
    trail.update_event_data_store(EventDataStore=store, RetentionPeriod=7)
    kms.list_keys()
    vauban.advance(days=8)
    assert ask("SELECT eventName FROM $lake WHERE eventName = 'ListKeys'") == []


def test_nothing_is_told_of_other_accounts(vauban_of_two):
    mine, theirs = vauban_of_two.accounts
    trail = vauban_of_two.client("cloudtrail", account=mine)
    store = trail.create_event_data_store(Name="lake")["EventDataStoreArn"]
    vauban_of_two.client("kms", account=theirs).list_keys()
    query_id = trail.start_query(QueryStatement=f"SELECT DISTINCT recipientAccountId a FROM {store.split('/')[1]}")
    rows = trail.get_query_results(QueryId=query_id["QueryId"])["QueryResultRows"]
    assert rows == [[{"a": mine}]]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "SELECT * FROM nowhere",
        "DROP TABLE $lake",
        "INSERT INTO $lake VALUES (1)",
        "SELECT * FROM $lake; SELECT * FROM $lake",
        "SELECT * FROM $lake, read_text('/etc/passwd')",
        "SELECT (SELECT content FROM read_blob('/etc/passwd')) FROM $lake",
        "SELECT * FROM $lake JOIN '/etc/passwd' ON true",
        "SELECT * FROM $lake, information_schema.tables",
        "SELECT * FROM $lake, duckdb_settings()",
        "COPY (SELECT * FROM $lake) TO '/tmp/stolen'",
        "ATTACH '/tmp/x' AS y; SELECT * FROM $lake",
        "SET lock_configuration = false; SELECT * FROM $lake",
        "PRAGMA database_list; SELECT * FROM $lake",
        "SELECT colour FROM $lake",
        "SELECT no_such_function(eventName) FROM $lake",
        "SELEC * FROM $lake",
        "SELECT * FROM $lake WHERE eventName = '",
    ],
)
def test_a_statement_that_is_no_select_from_the_store_is_refused(statement, trail, store):
    with pytest.raises(trail.exceptions.InvalidQueryStatementException):
        trail.start_query(QueryStatement=statement.replace("$lake", store.split("/")[1]))


def test_a_query_of_a_store_that_is_not_there_is_refused(trail):
    with pytest.raises(trail.exceptions.EventDataStoreNotFoundException):
        trail.start_query(QueryStatement="SELECT * FROM 00000000-0000-0000-0000-000000000000")
    with pytest.raises(trail.exceptions.InvalidParameterException):
        trail.start_query(QueryAlias="alias")
    with pytest.raises(trail.exceptions.QueryIdNotFoundException):
        trail.describe_query(QueryId="00000000-0000-0000-0000-000000000000")


def test_results_come_in_pages(trail, kms, store):
    for _ in range(5):
        kms.list_keys()
    statement = f"SELECT eventID FROM {store.split('/')[1]} WHERE eventName = 'ListKeys'"
    query_id = trail.start_query(QueryStatement=statement)["QueryId"]
    pages = list(follow(trail, query_id))
    assert [page["QueryStatistics"]["ResultsCount"] for page in pages] == [2, 2, 1]
    assert {page["QueryStatistics"]["TotalResultsCount"] for page in pages} == {5}
    assert len({row[0]["eventID"] for page in pages for row in page["QueryResultRows"]}) == 5
    with pytest.raises(trail.exceptions.InvalidNextTokenException):
        trail.get_query_results(QueryId=query_id, NextToken="nonsense")


def follow(trail, query_id):
    token = {}
    while True:
        page = trail.get_query_results(QueryId=query_id, MaxQueryResults=2, **token)
        yield page
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


def test_queries_are_listed_newest_first_and_forgotten_after_a_week(vauban, trail, store):
    ids = []
    for _ in range(3):
        ids.append(trail.start_query(QueryStatement=f"SELECT eventID FROM {store.split('/')[1]}")["QueryId"])
        vauban.advance(seconds=5)
    trail.cancel_query(QueryId=ids[0])
    trail.get_query_results(QueryId=ids[1])
    listed = trail.list_queries(EventDataStore=store)["Queries"]
    assert [each["QueryId"] for each in listed] == ids[::-1]
    assert [each["QueryStatus"] for each in listed] == ["QUEUED", "FINISHED", "CANCELLED"]
    finished = trail.list_queries(EventDataStore=store, QueryStatus="FINISHED")["Queries"]
    assert [each["QueryId"] for each in finished] == [ids[1]]
    first = trail.list_queries(EventDataStore=store, MaxResults=2)
    rest = trail.list_queries(EventDataStore=store, MaxResults=2, NextToken=first["NextToken"])
    assert [each["QueryId"] for each in first["Queries"] + rest["Queries"]] == ids[::-1]
    early = trail.list_queries(EventDataStore=store, EndTime=listed[2]["CreationTime"])["Queries"]
    assert [each["QueryId"] for each in early] == [ids[0]]
    with pytest.raises(trail.exceptions.InvalidDateRangeException):
        trail.list_queries(EventDataStore=store, StartTime=listed[0]["CreationTime"], EndTime=listed[2]["CreationTime"])
    vauban.advance(minutes=2)
    assert trail.list_queries(EventDataStore=store)["Queries"][0]["QueryStatus"] == "FINISHED"
    vauban.advance(days=7)
    assert trail.list_queries(EventDataStore=store)["Queries"] == []


def test_a_cancelled_query_is_not_run_and_a_finished_one_not_cancelled(trail, store):
    statement = f"SELECT eventID FROM {store.split('/')[1]}"
    query_id = trail.start_query(QueryStatement=statement)["QueryId"]
    assert trail.cancel_query(QueryId=query_id, EventDataStore=store)["QueryStatus"] == "CANCELLED"
    assert trail.describe_query(QueryId=query_id, EventDataStore=store)["QueryStatus"] == "CANCELLED"
    assert trail.get_query_results(QueryId=query_id)["QueryResultRows"] == []
    with pytest.raises(trail.exceptions.InactiveQueryException):
        trail.cancel_query(QueryId=query_id)


def test_ten_queries_wait_at_most(trail, store):
    statement = f"SELECT eventID FROM {store.split('/')[1]}"
    for _ in range(10):
        trail.start_query(QueryStatement=statement)
    with pytest.raises(trail.exceptions.MaxConcurrentQueriesException):
        trail.start_query(QueryStatement=statement)


def test_a_query_that_takes_too_long_or_too_much_ends(trail, kms, store, monkeypatch):
    endless = f"SELECT count(*) FROM {store.split('/')[1]}, range(1000000) a, range(1000000) b, range(1000000) c"
    monkeypatch.setattr(engine, "TIME_LIMIT_SECONDS", 0.3)
    query_id = trail.start_query(QueryStatement=endless)["QueryId"]
    assert trail.describe_query(QueryId=query_id)["QueryStatus"] == "TIMED_OUT"
    monkeypatch.setattr(engine, "TIME_LIMIT_SECONDS", 40.0)
    monkeypatch.setattr(engine, "MOST_ROWS", 10)
    query_id = trail.start_query(QueryStatement=f"SELECT eventID FROM {store.split('/')[1]}, range(5000) a")["QueryId"]
    described = trail.describe_query(QueryId=query_id)
    assert described["QueryStatus"] == "FAILED"
    assert "LIMIT" in described["ErrorMessage"]


def test_without_the_engine_it_is_said(trail, store, monkeypatch):
    monkeypatch.setattr(queries, "find_spec", lambda name: None)
    with pytest.raises(ClientError, match=r"UnsupportedOperationException.*vauban\[lake\]"):
        trail.start_query(QueryStatement=f"SELECT eventID FROM {store.split('/')[1]}")
