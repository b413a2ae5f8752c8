"""`vauban seal`."""

import argparse

from vauban.cli import door
from vauban.cli.main import CommandFailed
from vauban.cli.unseal import ask_secret


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("now", help="forget the root key: the server answers health and unseal only")
    rewrap = actions.add_parser("rewrap", help="change what protects the root key; no key material is touched")
    rewrap.add_argument("--to", required=True, choices=("file", "passphrase", "pkcs11"), help="the new seal")
    rewrap.add_argument("--key-file", metavar="FILE", help="the file seal's key (default: DIR/seal.key)")
    rewrap.add_argument("--pkcs11-module", metavar="FILE", help="PKCS#11 library of the token")
    rewrap.add_argument("--pkcs11-token", metavar="LABEL", help="label of the token")


def run(given: argparse.Namespace) -> None:
    if given.action == "now":
        door.ask(given, "POST", "seal")
        door.wait(given, sealed=True)
        print("Sealed. `vauban unseal` opens it.")
    elif given.action == "rewrap":
        _rewrap(given)
    else:
        status = door.ask(given, "GET", "status")
        seal = status if status["sealed"] else door.ask(given, "GET", "seal")
        print(f"{seal['seal']} seal, {'sealed' if status['sealed'] else 'open'}")


def _rewrap(given: argparse.Namespace) -> None:
    current = door.ask(given, "GET", "seal")
    old_secret = ask_secret(f"Present {current['needs']}") if current["needs"] else ""
    needs = {"passphrase": "New passphrase", "pkcs11": "PIN of the token"}.get(given.to)
    secret = ask_secret(needs) if needs else ""
    if given.to == "passphrase" and len(secret) < 8:
        raise CommandFailed("a passphrase has at least 8 characters")
    if given.to == "pkcs11" and not (given.pkcs11_module and given.pkcs11_token):
        raise CommandFailed("--to pkcs11 needs --pkcs11-module and --pkcs11-token")
    options = {
        "to": given.to,
        "secret": secret,
        "old_secret": old_secret,
        "key_file": given.key_file,
        "pkcs11_module": given.pkcs11_module,
        "pkcs11_token": given.pkcs11_token,
    }
    door.ask(given, "POST", "seal/rewrap", options)
    print(f"The root key is now under the {given.to} seal.")
