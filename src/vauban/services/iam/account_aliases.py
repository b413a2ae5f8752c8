"""The account's alias: one, and no other account's."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.iam.errors import EntityAlreadyExistsException, NoSuchEntityException
from vauban.services.iam.lists import page
from vauban.services.iam.resources import AccountAlias


@operation("CreateAccountAlias")
def create_account_alias(call: Call, account_alias: str) -> None:
    if call.store.get(AccountAlias, account_alias) is not None:
        raise EntityAlreadyExistsException(f"The account alias {account_alias} already exists.")
    for before in aliases_of(call):
        call.store.delete(before)
    call.store.put(AccountAlias(account_alias, call.account))


@operation("ListAccountAliases")
def list_account_aliases(call: Call, marker: str | None = None, max_items: int | None = None) -> dict[str, Any]:
    return page(call, "AccountAliases", ((each.alias, each.alias) for each in aliases_of(call)), max_items, marker)


@operation("DeleteAccountAlias")
def delete_account_alias(call: Call, account_alias: str) -> None:
    found = call.store.get(AccountAlias, account_alias)
    if found is None or found.account != call.account:
        raise NoSuchEntityException(f"The account alias {account_alias} cannot be found.")
    call.store.delete(found)


def aliases_of(call: Call) -> list[AccountAlias]:
    return call.store.list(AccountAlias, index="account", value=call.account)
