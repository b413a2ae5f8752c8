"""One user, whose password changes: for a moment, those who hold the old one cannot log in."""

from vauban.rotators.databases import Database, Value, require_fit, require_same
from vauban.rotators.versions import Versions


class SingleUser:
    def __init__(self, database: Database):
        self._database = database

    def create(self, versions: Versions) -> Value:
        return {**require_fit(self._database, versions.current), "password": versions.new_password()}

    def set(self, versions: Versions) -> None:
        pending = require_fit(self._database, versions.pending)
        if self._database.accepts(pending):
            return
        require_same(versions.current, pending, "host", "username")
        self._database.change_password(self._working(versions, pending), pending["password"])

    def test(self, versions: Versions) -> None:
        if not self._database.accepts(require_fit(self._database, versions.pending)):
            raise ValueError(f"Unable to log into database with pending secret of secret ARN {versions.secret_id}")

    def _working(self, versions: Versions, pending: Value) -> Value:
        """The current value, or the previous one where a rotation was given up after it had changed the password."""
        for value in (versions.current, versions.find_previous()):
            if value is not None and self._database.accepts(require_fit(self._database, value)):
                require_same(value, pending, "host", "username")
                return value
        raise ValueError(
            f"Unable to log into database with previous, current, or pending secret of secret arn {versions.secret_id}"
        )
