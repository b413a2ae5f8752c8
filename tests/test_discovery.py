"""What is found in vauban.services."""

import subprocess
import sys

from vauban.discovery import Services, all_kinds, release


def test_a_service_is_imported_when_it_is_first_asked_for():
    code = (
        "import sys; from vauban.discovery import Services; services = Services(); "
        "assert 'kms' in services and 'vauban.services.kms' not in sys.modules; "
        "assert services['kms'].name == 'kms' and 'vauban.services.kms' in sys.modules; "
        "assert services.get('nosuch') is None"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_service_is_known_by_its_own_name():
    assert {name: service.name for name, service in Services().items()} == {name: name for name in Services()}


def test_all_kinds_are_those_of_all_services():
    assert {"kms:Key", "identity:User"} <= {kind.name for kind in all_kinds()}


def test_a_release_is_told_the_same_each_time():
    assert release() == release()
