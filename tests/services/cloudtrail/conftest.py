"""CloudTrail in process."""

from collections.abc import Iterator

import pytest

from vauban.testing import InProcess


@pytest.fixture
def vauban_of_two() -> Iterator[InProcess]:
    running = InProcess(accounts=("111122223333", "444455556666"))
    yield running
    running.close()
