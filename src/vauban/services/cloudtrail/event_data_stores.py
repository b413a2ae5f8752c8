"""Event data stores.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store.html
"""

import json
from dataclasses import dataclass
from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.cloudtrail.errors import (
    EventDataStoreAlreadyExistsException,
    EventDataStoreMaxLimitExceededException,
    EventDataStoreTerminationProtectedException,
    InactiveEventDataStoreException,
    InvalidEventDataStoreStatusException,
    InvalidParameterException,
)
from vauban.services.cloudtrail.organizations import organization_for_trails
from vauban.services.cloudtrail.pages import begin_of, page
from vauban.services.cloudtrail.resources import (
    DELETION_WAIT,
    EventDataStore,
    Ingestion,
    Period,
    Query,
    QueryResult,
)
from vauban.services.cloudtrail.selectors import MOST_SELECTORS, require_advanced
from vauban.services.cloudtrail.stores import a_store
from vauban.services.cloudtrail.tags import shown, with_tags

MOST_IN_A_REGION = 10
LONGEST_DAYS = {"EXTENDABLE_RETENTION_PRICING": 3653, "FIXED_RETENTION_PRICING": 2557}
DEFAULT_DAYS = {"EXTENDABLE_RETENTION_PRICING": 366, "FIXED_RETENTION_PRICING": 2557}
DEFAULT_SELECTORS = [
    {
        "Name": "Default management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }
]
"""Of a store that was made without any."""


@dataclass(frozen=True)
class NewStoreResolver:
    """Any event data store of the account's: the id is not known before."""

    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        return Resource(arn("cloudtrail", call.region, call.account, "eventdatastore/*"), "eventdatastore")


@operation("CreateEventDataStore", on=NewStoreResolver(), also=(("AddTags", "TagsList"),), unsupported=("KmsKeyId",))
def create_event_data_store(
    call: Call,
    _: None,
    name: str,
    advanced_event_selectors: list[dict[str, Any]] | None = None,
    multi_region_enabled: bool = True,
    organization_enabled: bool = False,
    retention_period: int | None = None,
    termination_protection_enabled: bool = True,
    tags_list: list[dict[str, str]] | None = None,
    start_ingestion: bool = True,
    billing_mode: str = "EXTENDABLE_RETENTION_PRICING",
) -> dict[str, Any]:
    selectors = _selectors(DEFAULT_SELECTORS if advanced_event_selectors is None else advanced_event_selectors)
    store = EventDataStore(
        call.uuid(),
        call.account,
        call.region,
        name,
        call.now,
        call.now,
        selectors,
        multi_region_enabled,
        organization_for_trails(call) if organization_enabled else None,
        retention_period or DEFAULT_DAYS[billing_mode],
        termination_protection_enabled,
        billing_mode,
        (Ingestion(Period(call.time), selectors),) if start_ingestion else (),
        tags=with_tags({}, tags_list or ()),
    )
    _require_sound(store)
    _require_free(call, name)
    _require_room(call)
    call.store.put(store)
    return {**described(store), "Status": "CREATED", "TagsList": shown(store.tags)}


@operation("UpdateEventDataStore", on=a_store, unsupported=("KmsKeyId",))
def update_event_data_store(
    call: Call,
    store: EventDataStore,
    name: str | None = None,
    advanced_event_selectors: list[dict[str, Any]] | None = None,
    multi_region_enabled: bool | None = None,
    organization_enabled: bool | None = None,
    retention_period: int | None = None,
    termination_protection_enabled: bool | None = None,
    billing_mode: str | None = None,
) -> dict[str, Any]:
    require_active(store)
    given = {
        "name": name,
        "multi_region": multi_region_enabled,
        "retention_days": retention_period,
        "termination_protection": termination_protection_enabled,
        "billing_mode": billing_mode,
    }
    given = {member: value for member, value in given.items() if value is not None}
    if not given and advanced_event_selectors is None and organization_enabled is None:
        raise InvalidParameterException("At least one parameter besides the event data store must be specified.")
    if billing_mode == "FIXED_RETENTION_PRICING" and store.billing_mode != billing_mode:
        raise InvalidParameterException("The billing mode cannot be changed to FIXED_RETENTION_PRICING.")
    if name is not None and name != store.name:
        _require_free(call, name)
    changed = replace(store, **given, updated=call.now)
    if organization_enabled is not None:
        changed = replace(changed, organization_id=organization_for_trails(call) if organization_enabled else None)
    if advanced_event_selectors is not None:
        changed = _reselected(changed, _selectors(advanced_event_selectors), call.time)
    _require_sound(changed)
    call.store.put(changed)
    return {**described(changed), "FederationStatus": "DISABLED"}


@operation("GetEventDataStore", on=a_store)
def get_event_data_store(call: Call, store: EventDataStore) -> dict[str, Any]:
    return {**described(store), "FederationStatus": "DISABLED"}


@operation("ListEventDataStores")
def list_event_data_stores(call: Call, next_token: str | None = None, max_results: int | None = None) -> dict[str, Any]:
    size = max_results or 1000
    found = call.store.list(EventDataStore, after=begin_of(call, next_token), limit=size + 1)
    return page(
        call,
        "EventDataStores",
        found,
        size,
        lambda each: each.store_id,
        lambda each: {"EventDataStoreArn": each.arn, "Name": each.name},
    )


@operation("DeleteEventDataStore", on=a_store)
def delete_event_data_store(call: Call, store: EventDataStore) -> None:
    require_active(store)
    if store.termination_protection:
        raise EventDataStoreTerminationProtectedException(
            "The event data store cannot be deleted because termination protection is enabled for it."
        )
    call.store.put(replace(store, deletion_date=call.now + DELETION_WAIT, updated=call.now))


@operation("RestoreEventDataStore", on=a_store)
def restore_event_data_store(call: Call, store: EventDataStore) -> dict[str, Any]:
    if store.deletion_date is None:
        raise InvalidEventDataStoreStatusException(f"The event data store is {store.status}, not PENDING_DELETION.")
    _require_room(call)
    restored = replace(store, deletion_date=None, updated=call.now)
    call.store.put(restored)
    return described(restored)


@operation("StartEventDataStoreIngestion", on=a_store)
def start_event_data_store_ingestion(call: Call, store: EventDataStore) -> None:
    if store.status != "STOPPED_INGESTION":
        raise InvalidEventDataStoreStatusException(f"The event data store is {store.status}, not STOPPED_INGESTION.")
    ingestion = Ingestion(Period(call.time), store.selectors)
    call.store.put(replace(store, ingestions=(*store.ingestions, ingestion), updated=call.now))


@operation("StopEventDataStoreIngestion", on=a_store)
def stop_event_data_store_ingestion(call: Call, store: EventDataStore) -> None:
    if store.status != "ENABLED":
        raise InvalidEventDataStoreStatusException(f"The event data store is {store.status}, not ENABLED.")
    call.store.put(replace(_stopped(store, call.time), updated=call.now))


@when_due(EventDataStore)
def forget_store(call: Call, store: EventDataStore) -> None:
    """At the end of its wait, with the queries that were run on it."""
    for query in call.store.list(Query, index="store", value=store.store_id):
        call.store.delete(query)
        result = call.store.get(QueryResult, query.query_id)
        if result is not None:
            call.store.delete(result)
    call.store.delete(store)


def described(store: EventDataStore) -> dict[str, Any]:
    """What all operations on one event data store answer."""
    return {
        "EventDataStoreArn": store.arn,
        "Name": store.name,
        "Status": store.status,
        "AdvancedEventSelectors": json.loads(store.selectors),
        "MultiRegionEnabled": store.multi_region,
        "OrganizationEnabled": store.organization_id is not None,
        "RetentionPeriod": store.retention_days,
        "TerminationProtectionEnabled": store.termination_protection,
        "CreatedTimestamp": store.created,
        "UpdatedTimestamp": store.updated,
        "BillingMode": store.billing_mode,
    }


def require_active(store: EventDataStore) -> None:
    if store.deletion_date is not None:
        raise InactiveEventDataStoreException("The event data store is pending deletion.")


def _selectors(given: list[dict[str, Any]]) -> str:
    require_advanced(given, most=MOST_SELECTORS)
    return json.dumps(given)


def _reselected(store: EventDataStore, selectors: str, time: float) -> EventDataStore:
    """With other selectors from now on: what it has taken, it keeps."""
    changed = replace(store, selectors=selectors)
    if not store.ingesting:
        return changed
    stopped = _stopped(changed, time)
    return replace(stopped, ingestions=(*stopped.ingestions, Ingestion(Period(time), selectors)))


def _stopped(store: EventDataStore, time: float) -> EventDataStore:
    last = store.ingestions[-1]
    stopped = replace(last, period=replace(last.period, stop=time))
    return replace(store, ingestions=(*store.ingestions[:-1], stopped))


def _require_sound(store: EventDataStore) -> None:
    longest = LONGEST_DAYS[store.billing_mode]
    if store.retention_days > longest:
        raise InvalidParameterException(f"The retention period of {store.billing_mode} is at most {longest} days.")


def _require_free(call: Call, name: str) -> None:
    if call.store.count(EventDataStore, index="name", value=name):
        raise EventDataStoreAlreadyExistsException(f"An event data store with the name {name} already exists.")


def _require_room(call: Call) -> None:
    if call.store.count(EventDataStore) >= MOST_IN_A_REGION:
        raise EventDataStoreMaxLimitExceededException(
            f"Your account has {MOST_IN_A_REGION} event data stores, which is the most that a Region can have."
        )
