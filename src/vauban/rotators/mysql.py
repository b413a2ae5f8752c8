"""MySQL 8 and MariaDB. Handlers: ``single_user``, ``alternating_users``."""

import re
import ssl

from pymysql import Connection
from pymysql.constants.ER import ACCESS_DENIED_ERROR
from pymysql.cursors import Cursor
from pymysql.err import OperationalError

from vauban.rotators.alternating_users import AlternatingUsers
from vauban.rotators.databases import SECONDS, Value, connected
from vauban.rotators.single_user import SingleUser
from vauban.rotators.steps import handler

_QUOTED = "(?:`(?:[^`]|``)*`|'(?:[^']|'')*')"
GRANT = re.compile(
    rf"(?P<what>GRANT .+ TO )(?P<account>{_QUOTED}@{_QUOTED})"
    r"(?: IDENTIFIED BY PASSWORD '[^']*')?(?P<how> REQUIRE .+?)?(?P<grant> WITH GRANT OPTION)?"
)
"""As SHOW GRANTS tells it."""


class MySQL:
    engines = ("mysql", "mariadb", "aurora-mysql")
    longest_name = 32

    def accepts(self, user: Value) -> bool:
        try:
            connection = _connection(user)
        except OperationalError as error:
            if error.args[0] == ACCESS_DENIED_ERROR:
                return False
            raise
        connection.close()
        return True

    def change_password(self, user: Value, password: str) -> None:
        """By the statement that needs no privilege; it is not the same for both."""
        with _connection(user) as connection, connection.cursor() as cursor:
            is_mariadb = "MariaDB" in connection.get_server_info()
            cursor.execute(
                "SET PASSWORD = PASSWORD(%s)" if is_mariadb else "ALTER USER CURRENT_USER() IDENTIFIED BY %s",
                (password,),
            )

    def put_clone(self, admin: Value, user: Value, clone: Value) -> None:
        """At each host from which the user may come."""
        with _connection(admin) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT Host FROM mysql.user WHERE User = %s", (user["username"],))
            for (host,) in cursor.fetchall():
                _put(cursor, (user["username"], host), (clone["username"], host), clone["password"])


def _put(cursor: Cursor, user: tuple[str, str], clone: tuple[str, str], password: str) -> None:
    """Grants first: whoever can log in as the clone may do what the user may."""
    cursor.execute("SHOW GRANTS FOR %s@%s", user)
    grants = [GRANT.fullmatch(grant) for (grant,) in cursor.fetchall()]
    exists = cursor.execute("SELECT 1 FROM mysql.user WHERE User = %s AND Host = %s", clone)
    if not exists:
        cursor.execute("CREATE USER %s@%s ACCOUNT LOCK", clone)
    for grant in filter(None, grants):
        statement = f"{grant['what'].replace('%', '%%')}%s@%s{grant['grant'] or ''}"
        cursor.execute(statement, clone)
    how = next((grant["how"] for grant in grants if grant and grant["how"]), " REQUIRE NONE").replace("%", "%%")
    cursor.execute(f"ALTER USER %s@%s IDENTIFIED BY %s{how} ACCOUNT UNLOCK", (*clone, password))


def _connection(user: Value) -> Connection:
    def connect(tls: ssl.SSLContext | None) -> Connection:
        return Connection(
            user=user["username"],
            password=user["password"],
            host=user["host"],
            port=int(user.get("port", 3306)),
            database=user.get("dbname"),
            connect_timeout=SECONDS,
            ssl=tls,
            ssl_disabled=tls is None,
        )

    return connected(user, connect)


single_user = handler(SingleUser(MySQL()))
alternating_users = handler(AlternatingUsers(MySQL()))
