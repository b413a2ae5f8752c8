import string

import pytest
from botocore.exceptions import ClientError

TYPES = (string.ascii_uppercase, string.ascii_lowercase, string.digits, string.punctuation)


def password(secrets, **options):
    return secrets.get_random_password(**options)["RandomPassword"]


def test_a_password_has_32_characters_of_every_type(secrets):
    made = {password(secrets) for _ in range(20)}
    assert len(made) == 20
    for each in made:
        assert len(each) == 32
        assert " " not in each
        assert all(set(each) & set(kind) for kind in TYPES)


@pytest.mark.parametrize("length", [4, 50, 4096])
def test_a_password_is_as_long_as_asked(length, secrets):
    made = password(secrets, PasswordLength=length)
    assert len(made) == length
    assert all(set(made) & set(kind) for kind in TYPES)


def test_what_is_excluded_is_not_in_it(secrets):
    assert not set(password(secrets, PasswordLength=500, ExcludeCharacters="aeiou'\"@\\")) & set("aeiou'\"@\\")
    for option, characters in (
        ("ExcludeNumbers", string.digits),
        ("ExcludePunctuation", string.punctuation),
        ("ExcludeUppercase", string.ascii_uppercase),
        ("ExcludeLowercase", string.ascii_lowercase),
    ):
        assert not set(password(secrets, PasswordLength=300, **{option: True})) & set(characters)
    assert " " in password(secrets, PasswordLength=20, IncludeSpace=True)


def test_a_type_whose_every_character_is_excluded_is_not_required(secrets):
    assert len(password(secrets, ExcludeCharacters=string.digits)) == 32


def test_what_cannot_be_made_is_refused(secrets):
    none = {
        "ExcludeNumbers": True,
        "ExcludePunctuation": True,
        "ExcludeUppercase": True,
        "ExcludeLowercase": True,
    }
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        password(secrets, **none)
    with pytest.raises(secrets.exceptions.InvalidParameterException, match="too short based on the required types"):
        password(secrets, PasswordLength=3)
    assert len(password(secrets, PasswordLength=3, RequireEachIncludedType=False)) == 3
    with pytest.raises(ClientError):
        password(secrets, PasswordLength=4097)


def test_a_password_needs_a_policy_and_is_not_on_the_trail(vauban, secrets, a_user):
    with pytest.raises(ClientError, match="AccessDeniedException"):
        a_user("nobody").get_random_password()
    made = password(secrets)
    assert made not in str(vauban.trail())
