import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** As a real one marks what it has encrypted. */
const PREFIX = "vault:v1:";

/** A HashiCorp Vault, as far as the engine uses it. */
export interface Vault {
  url: string;
  close(): void;
}

/**
 * Stands in for a HashiCorp Vault that keeps the key of a stack; by this key the engine itself encrypts the secrets of the state, as ever. A
 * passphrase instead, as in the examples, costs each command a fifth of a second of computing, and the tests run a thousand commands.
 */
export async function startVault(): Promise<Vault> {
  const server = createServer(async (request, response) => {
    const { plaintext, ciphertext } = JSON.parse(await text(request));
    const data =
      plaintext === undefined
        ? { plaintext: ciphertext.slice(PREFIX.length) }
        : { ciphertext: PREFIX + plaintext };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ data }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
