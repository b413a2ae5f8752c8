import pytest

from vauban.edge.claims import Claim


def test_an_address_is_one_servers_and_all_its_processes(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    first, second = Claim("mine", "127.0.0.1", 80), Claim("mine", "127.0.0.1", 80)
    with pytest.raises(OSError, match="Another Vauban"):
        Claim("theirs", "127.0.0.1", 80)
    Claim("theirs", "127.0.0.1", 81).release()
    first.release()
    with pytest.raises(OSError, match="Another Vauban"):
        Claim("theirs", "127.0.0.1", 80)
    second.release()
    assert list((tmp_path / "vauban").iterdir()) == []
    Claim("theirs", "127.0.0.1", 80).release()
