"""`vauban credentials`."""

import argparse
import shlex
from pathlib import Path

from vauban.cli import door
from vauban.cli.main import CommandFailed


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    parser.add_argument("--account", metavar="ID", help="of this account (default: the first)")
    parser.add_argument("--user", metavar="NAME", help="of this user, made where there is none, instead of root")
    parser.add_argument(
        "--policy", metavar="FILE", action="append", default=[], help="the user's identity policy; repeatable"
    )
    parser.add_argument("--region", default="us-east-1", help="region to export (default: us-east-1)")
    parser.epilog = 'Use it as: eval "$(vauban credentials)"'


def run(given: argparse.Namespace) -> None:
    if given.policy and not given.user:
        raise CommandFailed("--policy needs --user: root has no identity policies")
    asked = {"account": given.account, "user": given.user, "policies": {Path(p).stem: _text(p) for p in given.policy}}
    found = door.ask(given, "POST", "credentials", asked)
    variables = {
        "AWS_ACCESS_KEY_ID": found["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": found["secret_access_key"],
        "AWS_DEFAULT_REGION": given.region,
        "AWS_ENDPOINT_URL": found["endpoint"],
        "AWS_CA_BUNDLE": found["trust_bundle"],
    }
    for name, value in variables.items():
        if value:
            print(f"export {name}={shlex.quote(value)}")
    print("unset AWS_SESSION_TOKEN AWS_PROFILE")


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"cannot read {path}: {error}") from None
