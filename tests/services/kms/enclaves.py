"""Something that attests as a Nitro enclave does, under a root of its own."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

CURVE = ec.SECP384R1()


def certificate(
    name: str, key: Any, issuer: "tuple[x509.Certificate, Any] | None" = None, *, ca: bool = True, days: int = 1
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(hours=1)
    usage = {"key_cert_sign": ca, "crl_sign": ca, "digital_signature": not ca}
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    names += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start if days > 0 else start - timedelta(days=2))
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{each: usage.get(each, False) for each in names}), critical=True)
        .sign(issuer[1] if issuer else key, SHA384())
    )


class Enclave:
    """An enclave: root, zonal authority, its own certificate, and an RSA key to be answered by."""

    def __init__(self, *, leaf_days: int = 1, authority: bool = True, leaf_curve: Any = CURVE):
        root_key, zone_key = ec.generate_private_key(CURVE), ec.generate_private_key(CURVE)
        self.leaf_key = ec.generate_private_key(leaf_curve)
        self.root = certificate("root", root_key)
        self.zone = certificate("zone", zone_key, (self.root, root_key), ca=authority)
        self.leaf = certificate("enclave", self.leaf_key, (self.zone, zone_key), ca=False, days=leaf_days)
        self.rsa = rsa.generate_private_key(65537, 2048)

    @property
    def private_pem(self) -> bytes:
        return self.rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def payload(self, **changes: Any) -> dict[str, Any]:
        """What an enclave's document says; None leaves a member out."""
        known = {
            "module_id": "i-1234567890abcdef0-enc9876543210abcde",
            "digest": "SHA384",
            "timestamp": int(time.time() * 1000),
            "pcrs": {0: b"\xab" * 48, 1: b"\x01" * 48, 8: b"\x08" * 48},
            "certificate": self.leaf.public_bytes(Encoding.DER),
            "cabundle": [each.public_bytes(Encoding.DER) for each in (self.root, self.zone)],
            "public_key": self.rsa.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "user_data": None,
            "nonce": None,
        }
        return {name: value for name, value in {**known, **changes}.items() if value is not None}

    def document(self, *, protected: Any = None, parts: Sequence[Any] | None = None, **changes: Any) -> bytes:
        header = cbor2.dumps({1: -35} if protected is None else protected)
        payload = cbor2.dumps(self.payload(**changes))
        return cbor2.dumps(parts or [header, {}, payload, self.sign(header, payload)])

    def sign(self, header: bytes, payload: bytes) -> bytes:
        signed = cbor2.dumps(["Signature1", header, b"", payload])
        r, s = decode_dss_signature(self.leaf_key.sign(signed, ec.ECDSA(SHA384())))
        return r.to_bytes(48, "big") + s.to_bytes(48, "big")
