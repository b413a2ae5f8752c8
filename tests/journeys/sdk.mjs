// What a Node.js program does with @aws-sdk/client-kms. Prints one JSON object: what it saw.
import * as kms from "@aws-sdk/client-kms";
import { createPublicKey, verify } from "node:crypto";

const client = new kms.KMSClient({ maxAttempts: 1 });
const bytes = (text) => new TextEncoder().encode(text);
const text = (array) => new TextDecoder().decode(array);
const seen = {};

async function refusal(command) {
  try {
    await client.send(command);
    return null;
  } catch (error) {
    return { name: error.name, status: error.$metadata.httpStatusCode, requestId: Boolean(error.$metadata.requestId) };
  }
}

const { KeyMetadata: key } = await client.send(new kms.CreateKeyCommand({ Description: "from Node.js ✓" }));
seen.description = key.Description;
seen.created = key.CreationDate instanceof Date && Math.abs(Date.now() - key.CreationDate) < 60_000;
await client.send(new kms.CreateAliasCommand({ AliasName: "alias/node", TargetKeyId: key.KeyId }));

const EncryptionContext = { app: "shop", über: "✓" };
const { CiphertextBlob } = await client.send(
  new kms.EncryptCommand({ KeyId: "alias/node", Plaintext: bytes("attack at dawn"), EncryptionContext }),
);
const opened = await client.send(new kms.DecryptCommand({ CiphertextBlob, EncryptionContext }));
seen.opened = text(opened.Plaintext);
seen.openedBy = opened.KeyId === key.Arn;

const data = await client.send(new kms.GenerateDataKeyCommand({ KeyId: key.KeyId, KeySpec: "AES_256" }));
const again = await client.send(new kms.DecryptCommand({ CiphertextBlob: data.CiphertextBlob }));
seen.dataKey = Buffer.compare(data.Plaintext, again.Plaintext) === 0 && data.Plaintext.length === 32;

const signer = await client.send(new kms.CreateKeyCommand({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }));
const KeyId = signer.KeyMetadata.KeyId;
const SigningAlgorithm = "ECDSA_SHA_256";
const Message = bytes("attack at dawn");
const { Signature } = await client.send(new kms.SignCommand({ KeyId, Message, SigningAlgorithm }));
const { PublicKey } = await client.send(new kms.GetPublicKeyCommand({ KeyId }));
const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
seen.verified = verify("sha256", Message, publicKey, Signature);
const verified = await client.send(new kms.VerifyCommand({ KeyId, Message, Signature, SigningAlgorithm }));
seen.verifiedByKms = verified.SignatureValid;

const names = [];
for (let n = 0; n < 7; n++) {
  await client.send(new kms.TagResourceCommand({ KeyId: key.KeyId, Tags: [{ TagKey: `t${n}`, TagValue: `${n}` }] }));
}
for await (const page of kms.paginateListResourceTags({ client, pageSize: 3 }, { KeyId: key.KeyId })) {
  names.push(page.Tags.map((tag) => tag.TagKey));
}
seen.pages = names;

const flipped = Uint8Array.from(CiphertextBlob);
flipped[flipped.length - 1] ^= 1;
seen.flipped = await refusal(new kms.DecryptCommand({ CiphertextBlob: flipped, EncryptionContext }));
seen.wrongContext = await refusal(new kms.DecryptCommand({ CiphertextBlob }));
seen.unknownKey = await refusal(new kms.DescribeKeyCommand({ KeyId: "alias/nowhere" }));
seen.wrongSignature = await refusal(
  new kms.VerifyCommand({ KeyId, Message: bytes("attack at dusk"), Signature, SigningAlgorithm }),
);
await client.send(new kms.DisableKeyCommand({ KeyId: key.KeyId }));
seen.disabled = await refusal(new kms.EncryptCommand({ KeyId: key.KeyId, Plaintext: Message }));

const stranger = new kms.KMSClient({ credentials: { accessKeyId: "AKIASTRANGER00000000", secretAccessKey: "x" }, maxAttempts: 1 });
seen.stranger = await stranger.send(new kms.ListKeysCommand({})).then(() => null, (error) => error.name);

console.log(JSON.stringify(seen));
