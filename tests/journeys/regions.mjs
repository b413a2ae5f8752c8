// node regions.mjs write ARN, at home; node regions.mjs read ARN MESSAGE, away. Prints base64, or what was opened.
import { AwsKmsMrkAwareSymmetricKeyringNode, buildClient, CommitmentPolicy, KMS } from "@aws-crypto/client-node";

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const [act, arn, message] = process.argv.slice(2);
const urls = { "us-east-1": process.env.HOME_URL, "eu-west-1": process.env.AWAY_URL };

function keyring(keyArn) {
  const region = keyArn.split(":")[3];
  const client = new KMS({ region, endpoint: urls[region], maxAttempts: 1 });
  return new AwsKmsMrkAwareSymmetricKeyringNode({ keyId: keyArn, client });
}

if (act === "write") {
  const { result } = await encrypt(keyring(arn), "4929 1234", { encryptionContext: { field: "customers.number" } });
  console.log(result.toString("base64"));
} else {
  const { plaintext, messageHeader } = await decrypt(
    keyring(arn.replace("us-east-1", "eu-west-1")), Buffer.from(message, "base64"));
  console.log(messageHeader.encryptionContext.field, plaintext.toString());
}
