import io
import zipfile

from vauban.cli.main import main
from vauban.cli.rotators import archive


def test_the_archive_has_the_rotators_and_their_drivers_and_nothing_else_of_vauban():
    names = zipfile.ZipFile(io.BytesIO(archive())).namelist()
    assert "vauban/rotators/postgresql.py" in names
    assert {name.split("/")[0] for name in names} >= {"vauban", "pg8000", "scramp", "asn1crypto", "pymysql", "redis"}
    assert [name for name in names if name.startswith("vauban/") and "rotators" not in name] == ["vauban/__init__.py"]
    assert not [name for name in names if name.endswith((".so", ".pyc")) or ".." in name]


def test_it_is_written_to_a_file(tmp_path):
    assert main(["rotators", str(tmp_path / "rotators.zip")]) == 0
    assert zipfile.is_zipfile(tmp_path / "rotators.zip")


def test_a_driver_that_is_not_installed_is_named(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("vauban.cli.rotators.DRIVERS", ("no-such-driver",))
    assert main(["rotators", str(tmp_path / "rotators.zip")]) == 1
    assert "pip install 'vauban[rotators]'" in capsys.readouterr().err
