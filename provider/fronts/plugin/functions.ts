import { isKeyPairError, KeyPairError, textOf } from "../../core/errors";
import { getPublicKey } from "../../core/keyPair/getPublicKey";
import { getKeyPair, getKeyPairs, type LookupContext } from "../../core/lookup";
import type { GetKeyPairArgs, GetKeyPairsArgs, GetPublicKeyArgs } from "../../core/model";
import { checkFailures } from "./messages";
import { decode, encode, type Messages, messages } from "./protocol";

interface ProviderFunction {
  call(args: object, context: () => LookupContext): object | Promise<object>;
  /** The result tells nothing of a secret argument. */
  isPublic?: true;
}

/** The functions that programs can call, by the token of schema.json. */
const FUNCTIONS = new Map<string, ProviderFunction>([
  ["keypair:index:getKeyPair", { call: (args, context) => getKeyPair(args as GetKeyPairArgs, context()) }],
  [
    "keypair:index:getKeyPairs",
    {
      call: async (args, context) => {
        const keyPairs = await getKeyPairs(args as GetKeyPairsArgs, context());
        return { keyPairs, keyPairNames: keyPairs.map(({ keyPairName }) => keyPairName) };
      },
    },
  ],
  ["keypair:index:getPublicKey", { call: (args) => getPublicKey(args as GetPublicKeyArgs), isPublic: true }],
]);

/**
 * Calls a function. A problem with one argument is reported at that argument; any other failure is thrown.
 */
export async function invoke(
  request: Messages.InvokeRequest,
  context: () => LookupContext,
): Promise<Messages.InvokeResponse> {
  const called = FUNCTIONS.get(request.getTok());
  if (!called) {
    throw new KeyPairError({
      code: "InvalidInput",
      message: `there is no function ${request.getTok()}; this provider has ${[...FUNCTIONS.keys()].join(", ")}`,
    });
  }
  const { value: args, secrets } = decode<object>(request.getArgs());
  const response = new messages.InvokeResponse();
  try {
    const result = await called.call(args, context);
    // A result that was found by means of a secret may reveal the secret.
    const isSecret = secrets.size > 0 && !called.isPublic;
    response.setReturn(encode(result, isSecret ? Object.keys(result) : []));
  } catch (error) {
    const property = isKeyPairError(error, "InvalidInput") ? error.details.property : undefined;
    if (property === undefined) throw error;
    response.setFailuresList(checkFailures([{ property, reason: textOf(error) }]));
  }
  return response;
}
