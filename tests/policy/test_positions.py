import json

from hypothesis import given
from hypothesis import strategies as st

from vauban.policy.positions import statement_spans

LISTED = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:*",
      "Resource": "*"
    },
    {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
  ]
}"""


def test_a_statement_spans_from_the_sign_before_it_to_its_end():
    first, second = statement_spans(LISTED)
    assert first == ((3, 17), (8, 6))
    assert second == ((8, 6), (9, 58))


def test_a_statement_that_stands_alone_begins_behind_its_colon():
    document = '{"Statement":{"Effect":"Allow"},"Version":"2012-10-17"}'
    assert statement_spans(document) == [((1, 14), (1, 32))]


statements = st.fixed_dictionaries({"Effect": st.sampled_from(["Allow", "Deny"]), "Sid": st.text(max_size=5)})


@given(
    st.lists(statements, min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(["Id", "Version", "x"]), st.text() | st.lists(st.text())),
    st.sampled_from([None, 0, 2]),
)
def test_every_statement_is_found_whatever_stands_around(found, around, indent):
    document = json.dumps({**around, "Statement": found}, indent=indent)
    lines = document.split("\n")
    offsets = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    spans = statement_spans(document)
    assert len(spans) == len(found)
    for (start, end), statement in zip(spans, found, strict=True):
        first, last = (offsets[each.line - 1] + each.column - 1 for each in (start, end))
        assert json.loads(document[first:last].lstrip(", \n")) == statement
