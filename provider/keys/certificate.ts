import { findAlgorithm } from "./algorithms";
import { invalidKey } from "./invalid";
import { readParameters } from "./parameters";
import { WireReader } from "./wire";

/**
 * Reads what follows the key in an OpenSSH certificate.
 * https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.certkeys. v00 is the form of OpenSSH 5.4: it has the
 * nonce here, no serial number, and one list of constraints.
 */
export function readCertificateRest(reader: WireReader, version: "v00" | "v01"): void {
  if (version === "v01") reader.uint64("the serial number");
  const type = reader.uint32("the type of the certificate");
  if (type !== 1 && type !== 2) {
    throw invalidKey(`the certificate is damaged: its type is ${type}, not 1 (user) or 2 (host)`);
  }
  reader.string("the key id");
  readList(reader.string("the principals"), "principals", 1);
  reader.uint64("the start of its validity");
  reader.uint64("the end of its validity");
  readList(reader.string("the critical options"), "critical options", 2);
  if (version === "v01") readList(reader.string("the extensions"), "extensions", 2);
  if (version === "v00") reader.string("the nonce");
  reader.string("the reserved field");
  readSignatureKey(reader.string("the signature key"));
  readSignature(reader.string("the signature"));
}

function readList(data: Buffer, what: string, fieldsPerItem: number): void {
  const reader = new WireReader(data, `list of ${what}`);
  while (reader.remaining > 0) {
    for (let field = 0; field < fieldsPerItem; field++) reader.string("an item");
  }
}

function readSignatureKey(blob: Buffer): void {
  const reader = new WireReader(blob, "signature key");
  const algorithm = findAlgorithm(reader.string("the name of its algorithm").toString("latin1"));
  if (algorithm === undefined || algorithm.certificate !== undefined) {
    throw invalidKey("the certificate is damaged: its signature key is not a plain SSH key");
  }
  readParameters(reader, algorithm);
  reader.end();
}

function readSignature(data: Buffer): void {
  const reader = new WireReader(data, "signature");
  reader.string("the name of its algorithm");
  reader.string("its value");
}
