import pytest

from vauban.testing import InProcess

from .conftest import ACCOUNT


def test_an_account_has_one_alias(iam, refused):
    assert iam.list_account_aliases()["AccountAliases"] == []
    iam.create_account_alias(AccountAlias="shop")
    with refused("EntityAlreadyExists", "The account alias shop already exists."):
        iam.create_account_alias(AccountAlias="shop")
    iam.create_account_alias(AccountAlias="store")
    assert iam.list_account_aliases()["AccountAliases"] == ["store"]
    with refused("NoSuchEntity"):
        iam.delete_account_alias(AccountAlias="shop")
    iam.delete_account_alias(AccountAlias="store")
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_no_two_accounts_have_the_same(refused):
    two = InProcess(accounts=(ACCOUNT, "444455556666"))
    try:
        two.client("iam").create_account_alias(AccountAlias="shop")
        theirs = two.client("iam", account="444455556666")
        with refused("EntityAlreadyExists"):
            theirs.create_account_alias(AccountAlias="shop")
        with refused("NoSuchEntity"):
            theirs.delete_account_alias(AccountAlias="shop")
    finally:
        two.close()


@pytest.mark.parametrize("alias", ["ab", "Shop", "-shop", "shop-", "a--b"])
def test_an_alias_that_is_none_is_refused(alias, unchecked, refused):
    with refused("ValidationError"):
        unchecked.create_account_alias(AccountAlias=alias)
