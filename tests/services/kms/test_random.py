import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize("size", [1, 32, 1024])
def test_random_bytes_come_in_the_number_asked_for(size, kms):
    assert len(kms.generate_random(NumberOfBytes=size)["Plaintext"]) == size


def test_random_bytes_do_not_repeat(kms):
    assert len({kms.generate_random(NumberOfBytes=16)["Plaintext"] for _ in range(20)}) == 20


@pytest.mark.parametrize("parameters", [{}, {"NumberOfBytes": 1025}])
def test_what_cannot_be_done_is_refused(parameters, unchecked):
    with pytest.raises(ClientError, match="ValidationException"):
        unchecked.generate_random(**parameters)


def test_random_bytes_need_a_permission_of_their_own(vauban):
    vauban.user("alice", _allowing("kms:ListKeys"))
    with pytest.raises(ClientError, match=r"AccessDeniedException.*kms:GenerateRandom"):
        vauban.client("kms", user="alice").generate_random(NumberOfBytes=8)


def _allowing(action):
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}
