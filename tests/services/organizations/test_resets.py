from vauban.kernel.requests import Request

from .conftest import MANAGEMENT, OTHER, STRANGER, invited


def test_a_scratch_server_made_new_has_the_operators_accounts_and_no_organization(house, client, member):
    """Also those that were closed in the meantime; never those that the organization made."""
    invited(house, OTHER)
    client.close_account(AccountId=OTHER)
    kms = house.client("kms", account=STRANGER)
    assert house.request(Request("POST", "/_vauban/reset", headers={"host": "vauban.test"}, body=b"{}")).status == 200
    assert [each.account for each in house.vauban.accounts.all()] == [MANAGEMENT, OTHER, STRANGER]
    kms.create_key()
    house.client("kms", account=OTHER).create_key()
    assert client.create_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
