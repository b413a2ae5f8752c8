import base64
import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner, methods

from vauban.identity.providers import SamlProvider

from .conftest import ACCOUNT, LONG_AGO, allow, trust

ACTION = "sts:AssumeRoleWithSAML"
ISSUER = "https://idp.example.com/saml"
RECIPIENT = "https://signin.aws.amazon.com/saml"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/staff"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"


def certificate_of(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=9))
    return builder.sign(key, hashes.SHA256())


class Idp:
    """An identity provider that signs whatever it is told to."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.certificate = certificate_of(self.key)
        der = base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()
        self.metadata = (
            f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}">'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
            f"<X509Certificate>{der}</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor>"
            "</EntityDescriptor>"
        )

    def response(self, subject="alice", sign="assertion", issuer=ISSUER, ends=300, attributes=None, **more):
        """A signed response, in base64; ``attributes`` are beside RoleSessionName and Role."""
        until = datetime.fromtimestamp(time.time() + ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {"RoleSessionName": ["alice@corp"], "Role": [f"{ROLE},{PROVIDER}"], **(attributes or {})}
        text = "".join(
            f'<Attribute Name="{name if ":" in name else ATTRIBUTES + name}">'
            + "".join(f"<AttributeValue>{value}</AttributeValue>" for value in values)
            + "</Attribute>"
            for name, values in told.items()
        )
        assertion = (
            '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0">'
            f"<Issuer>{issuer}</Issuer>"
            '<Subject><NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">'
            f'{subject}</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{RECIPIENT}"/></SubjectConfirmation></Subject>'
            f'<Conditions NotOnOrAfter="{until}"><AudienceRestriction>'
            f"<Audience>{more.get('audience', 'urn:amazon:webservices')}</Audience></AudienceRestriction></Conditions>"
            f"<AuthnStatement {more.get('statement', '')}/><AttributeStatement>{text}</AttributeStatement></Assertion>"
        )
        response = etree.fromstring(
            '<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"><p:Status>'
            f'<p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{more.get("status", "Success")}"/></p:Status>'
            f"{assertion}</p:Response>"
        )
        if sign == "assertion":
            response[1] = self.signed(response[1])
        if sign == "response":
            response = self.signed(response)
        return base64.b64encode(etree.tostring(response)).decode()

    def signed(self, element):
        signer = XMLSigner(method=methods.enveloped, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
        pem = self.certificate.public_bytes(serialization.Encoding.PEM)
        return signer.sign(element, key=self.key, cert=[pem.decode()], reference_uri=element.get("ID"))


@pytest.fixture(scope="module")
def idp():
    return Idp()


@pytest.fixture
def corp(house, idp):
    later = datetime(2100, 1, 1, tzinfo=UTC)
    house.put(SamlProvider(ACCOUNT, "corp", LONG_AGO, idp.metadata, later))
    every = (ACTION, "sts:TagSession", "sts:SetSourceIdentity")
    condition = {"StringEquals": {"saml:aud": RECIPIENT, "saml:iss": ISSUER}}
    house.role("staff", trust({"Federated": PROVIDER}, *every, Condition=condition), allow("kms:ListKeys"))


@pytest.fixture
def assume(house, corp):
    nobody = house.vauban.client("sts", config=Config(signature_version=UNSIGNED))

    def assume(response, **params):
        known = {"RoleArn": ROLE, "PrincipalArn": PROVIDER}
        return nobody.assume_role_with_saml(**{**known, **params}, SAMLAssertion=response)

    return assume


def refused(operation, *arguments, **params):
    with pytest.raises(ClientError) as caught:
        operation(*arguments, **params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("sign", ["assertion", "response"])
def test_a_signed_assertion_assumes_the_role(house, idp, assume, sign):
    answer = assume(idp.response(sign=sign))
    assert answer["Subject"] == "alice"
    assert answer["SubjectType"] == "persistent"
    assert (answer["Issuer"], answer["Audience"]) == (ISSUER, RECIPIENT)
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/staff/alice@corp"
    assert len(base64.b64decode(answer["NameQualifier"])) == 20
    house.vauban.client("kms", credentials=answer["Credentials"]).list_keys()
    (event,) = house.events("AssumeRoleWithSAML")
    assert event["userIdentity"]["type"] == "SAMLUser"
    assert event["userIdentity"]["userName"] == "alice"
    assert "SAMLResponse" not in str(event)


def test_what_is_not_signed_by_the_provider_is_not_believed(idp, assume):
    code, message = refused(assume, idp.response(sign="nothing"))
    assert (code, message) == ("InvalidIdentityToken", "Response signature invalid")
    assert refused(assume, Idp().response())[1] == "Response signature invalid"


def test_nothing_that_is_signed_may_be_changed(idp, assume):
    text = base64.b64decode(idp.response()).decode()
    changed = base64.b64encode(text.replace(">alice<", ">admin<").encode()).decode()
    assert refused(assume, changed)[1] == "Response signature invalid"


def test_an_assertion_beside_the_signed_one_is_not_read(idp, assume):
    """Signature wrapping: a forged assertion in front, the signed one behind or within."""
    text = base64.b64decode(idp.response()).decode()
    begins, ends = text.index("<Assertion"), text.index("</Assertion>") + len("</Assertion>")
    signed = text[begins:ends]
    forged = (
        signed[: signed.index("<ds:Signature")] + signed[signed.index("</ds:Signature>") + len("</ds:Signature>") :]
    )
    forged = forged.replace(">alice<", ">admin<").replace('ID="_a"', 'ID="_b"')
    beside = text[:begins] + forged + text[begins:]
    answer = assume(base64.b64encode(beside.encode()).decode())
    assert answer["Subject"] == "alice"
    within = text[:begins] + forged.replace("</Assertion>", f"{signed}</Assertion>") + text[ends:]
    code, _ = refused(assume, base64.b64encode(within.encode()).decode())
    assert code == "InvalidIdentityToken"


def test_a_comment_cuts_no_name_short(idp, assume):
    text = base64.b64decode(idp.response(subject="alice.evil")).decode()
    commented = base64.b64encode(text.replace("alice.evil", "alice<!-- -->.evil").encode()).decode()
    assert assume(commented)["Subject"] == "alice.evil"


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"ends": -10}, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance"),
        ({"issuer": "https://other.example.com"}, "InvalidIdentityToken", "Issuer not present in specified provider"),
        ({"audience": "urn:other"}, "InvalidIdentityToken", "Audience is invalid"),
        ({"status": "Requester"}, "InvalidIdentityToken", "Response status is not success"),
        ({"subject": ""}, "InvalidIdentityToken", "SAML Assertion must contain a Subject with a NameID"),
        (
            {"attributes": {"RoleSessionName": []}},
            "InvalidIdentityToken",
            "RoleSessionName is required in AuthnResponse",
        ),
        (
            {"attributes": {"SessionDuration": ["5"]}},
            "InvalidIdentityToken",
            "SessionDuration must be a number of seconds between 900 and 43200",
        ),
    ],
)
def test_an_assertion_must_be_for_us_and_for_now(idp, assume, given, code, message):
    assert refused(assume, idp.response(**given)) == (code, message)


def test_a_role_that_the_assertion_does_not_name_is_rejected(idp, assume):
    other = idp.response(attributes={"Role": [f"{PROVIDER},arn:aws:iam::{ACCOUNT}:role/other"]})
    assert refused(assume, other)[0] == "IDPRejectedClaim"


@pytest.mark.parametrize(
    "wrong", ["nonsense", "PGE+", base64.b64encode(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").decode()]
)
def test_what_is_no_response_is_refused(assume, wrong):
    assert refused(assume, wrong)[0] == "InvalidIdentityToken"


def test_a_provider_must_be_there(idp, assume):
    code, message = refused(assume, idp.response(), PrincipalArn=PROVIDER + "x")
    assert (code, message) == ("InvalidIdentityToken", "Specified provider doesn't exist")


def test_whom_the_role_does_not_trust_is_told_no_more(house, idp, assume):
    house.role("staff", trust({"Federated": PROVIDER}, ACTION, Condition={"StringEquals": {"saml:sub": "bob"}}))
    assert refused(assume, idp.response()) == ("AccessDenied", f"Not authorized to perform {ACTION}")


def test_attributes_are_conditions_tags_and_the_source_identity(house, idp, assume):
    attributes = {
        "PrincipalTag:team": ["blue"],
        "TransitiveTagKeys": ["team"],
        "SourceIdentity": ["alice"],
        "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ["staff", "member"],
    }
    attributes = {name if name.startswith("urn:") else ATTRIBUTES + name: value for name, value in attributes.items()}
    every = (ACTION, "sts:TagSession", "sts:SetSourceIdentity")
    asked = {"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "member"}}
    held = {"StringEquals": {"aws:PrincipalTag/team": "blue", "saml:sub": "alice", "aws:SourceIdentity": "alice"}}
    house.role("staff", trust({"Federated": PROVIDER}, *every, Condition=asked), allow("kms:ListKeys", Condition=held))
    answer = assume(idp.response(attributes=attributes))
    assert answer["SourceIdentity"] == "alice"
    house.vauban.client("kms", credentials=answer["Credentials"]).list_keys()


def test_a_session_ends_when_the_provider_says(idp, assume):
    soon = datetime.fromtimestamp(time.time() + 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = assume(idp.response(statement=f'SessionNotOnOrAfter="{soon}"'), DurationSeconds=3600)
    left = (answer["Credentials"]["Expiration"] - datetime.now(UTC)).total_seconds()
    assert 950 < left <= 1001
