import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.services.secretsmanager.errors import InvalidParameterException, LimitExceededException
from vauban.services.secretsmanager.labels import MOST, attached, moved

LABELS = st.sampled_from(["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "mine"])
VERSIONS = st.sampled_from(["a", "b", "c"])
ACTIONS = st.one_of(
    st.tuples(st.just(attached), VERSIONS, st.lists(LABELS, min_size=1, max_size=3)),
    st.tuples(st.just(moved), LABELS, st.none() | VERSIONS, st.none() | VERSIONS),
)


@given(st.lists(ACTIONS, max_size=12))
def test_once_there_the_current_version_is_never_gone_and_the_previous_one_is_another(actions):
    stages = attached({}, "a", ["AWSCURRENT"])
    for act, *arguments in actions:
        before = stages
        try:
            stages = act(stages, *arguments)
        except InvalidParameterException:
            continue
        assert "AWSCURRENT" in stages
        if stages["AWSCURRENT"] != before["AWSCURRENT"]:
            assert stages["AWSPREVIOUS"] == before["AWSCURRENT"]


@given(st.integers(1, 30))
def test_no_version_has_more_than_twenty(count):
    labels = [str(number) for number in range(count)]
    if count <= MOST:
        assert len(attached({}, "a", labels)) == count
    else:
        with pytest.raises(LimitExceededException):
            attached({}, "a", labels)
