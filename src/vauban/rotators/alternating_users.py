"""Two users in turn: the one in use stays as it is, so that at each moment a password works."""

from vauban.rotators.databases import Database, Value, require_fit, require_same
from vauban.rotators.versions import Versions

CLONE = "_clone"


class AlternatingUsers:
    """The secret's `masterarn` names the secret of a user that may create users and grant to them."""

    def __init__(self, database: Database):
        self._database = database

    def create(self, versions: Versions) -> Value:
        current = require_fit(self._database, versions.current)
        return {**current, "username": self._other(current["username"]), "password": versions.new_password()}

    def set(self, versions: Versions) -> None:
        current, pending = (require_fit(self._database, value) for value in (versions.current, versions.pending))
        if self._database.accepts(pending):
            return
        require_same(current, pending, "host")
        if pending["username"] != self._other(current["username"]):
            raise ValueError(f"Attempting to modify user {pending['username']}, which is not the current one's other")
        if not self._database.accepts(current):
            raise ValueError(f"Unable to log into database using current credentials for secret {versions.secret_id}")
        self._database.put_clone(self._admin(versions, current), current, pending)

    def test(self, versions: Versions) -> None:
        if not self._database.accepts(require_fit(self._database, versions.pending)):
            raise ValueError(f"Unable to log into database with pending secret of secret ARN {versions.secret_id}")

    def _admin(self, versions: Versions, current: Value) -> Value:
        if not current.get("masterarn"):
            raise KeyError("masterarn key is missing from secret JSON")
        admin = require_fit(self._database, versions.of_other(current["masterarn"]))
        require_same(current, admin, "host")
        return admin

    def _other(self, name: str) -> str:
        other = name.removesuffix(CLONE) if name.endswith(CLONE) else name + CLONE
        if len(other) > self._database.longest_name:
            raise ValueError(
                f"Unable to clone user, username length with {CLONE} appended would exceed "
                f"{self._database.longest_name} characters"
            )
        return other
