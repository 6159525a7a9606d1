import { KeyPairError } from "../../core/errors";
import { redact } from "../../core/redact";
import type { Autonaming, Outcome } from "../../core/resource/contract";
import { withoutEcho } from "../../core/resource/findings";
import type { Call, ResourceService } from "../../core/resource/service";
import { parseUrn } from "../shared/urn";
import { InitializationFailure } from "./failure";
import { checkFailures, diffOf } from "./messages";
import { decode, encode, type Messages, messages, type Struct } from "./protocol";

/** A resource of any type. The core checks its properties against the types that they are declared with. */
export type Service = ResourceService<object, object, object>;

/** The requests in a resource's life cycle, and their common fields. */
interface Request {
  getUrn(): string;
  getTimeout?(): number;
}

/** Serves the resources of these types, as the engine names them: it unwraps, calls the core, and wraps. */
export class Resources {
  constructor(
    private readonly services: ReadonlyMap<string, Service>,
    private readonly cancelled: AbortSignal,
  ) {}

  check(request: Messages.CheckRequest): Messages.CheckResponse {
    const { service, name, call } = this.#target(request);
    const { properties } = service.resource;
    const { value: news, secrets, withoutValue } = decode<object>(request.getNews());
    const olds = decode<object>(request.getOlds()).value;
    const seed = request.getRandomseed_asU8();
    const check = { logicalName: name, olds, news, withoutValue, autonaming: autonamingOf(request) };
    const { args, failures } = service.check({ ...check, ...(seed.length > 0 ? { seed } : {}) }, call);
    const response = new messages.CheckResponse();
    response.setInputs(encode(args, [...secrets, ...service.secretNames(secrets)]));
    // The engine prints the value of a property with a failure, even if the value is a secret.
    const shown = failures.map(({ property, reason }) =>
      secrets.has(property)
        ? { property: "", reason: `${property}: ${redact(reason)}` }
        : withoutEcho({ property, reason: redact(reason) }, properties),
    );
    response.setFailuresList(checkFailures(shown));
    return response;
  }

  diff(request: Messages.DiffRequest): Messages.DiffResponse {
    const { service, call } = this.#target(request);
    const state = decode<object>(request.getOlds()).value;
    const { value: args, secrets } = decode<object>(request.getNews());
    const { changes, deleteBeforeReplace, paths } = service.diff(state, args, { ...call, secrets });
    const response = diffOf(changes, state, args, paths);
    response.setDeletebeforereplace(deleteBeforeReplace);
    return response;
  }

  async create(request: Messages.CreateRequest): Promise<Messages.CreateResponse> {
    const { service, call } = this.#target(request);
    const { value: args, secrets } = decode<object>(request.getProperties());
    const response = new messages.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(outputs(service.preview(args), service, secrets));
      return response;
    }
    const outcome = await service.create(args, call);
    response.setId(outcome.id);
    response.setProperties(stored(outcome, service, secrets));
    return response;
  }

  /**
   * For a refresh, a look-up by id (`get`) and an import. A reply without an id means that the resource is
   * gone.
   */
  async read(request: Messages.ReadRequest): Promise<Messages.ReadResponse> {
    const { service, call } = this.#target(request);
    const { value: state, secrets } = decode<object>(request.getProperties());
    for (const secret of decode(request.getInputs()).secrets) secrets.add(secret);
    const outcome = await service.read(request.getId(), state, call);
    const response = new messages.ReadResponse();
    if (!outcome) return response;
    response.setId(outcome.id);
    response.setProperties(stored(outcome, service, secrets));
    const secretInputs = [...secrets, ...service.secretNames(secrets)];
    response.setInputs(encode(outcome.inputs, secretInputs));
    return response;
  }

  async update(request: Messages.UpdateRequest): Promise<Messages.UpdateResponse> {
    const { service, call } = this.#target(request);
    const state = decode<object>(request.getOlds()).value;
    const { value: args, secrets } = decode<object>(request.getNews());
    const response = new messages.UpdateResponse();
    response.setProperties(
      request.getPreview()
        ? outputs(service.preview(args, state), service, secrets)
        : stored(await service.update(request.getId(), state, args, call), service, secrets),
    );
    return response;
  }

  async delete(request: Messages.DeleteRequest): Promise<void> {
    const { service, call } = this.#target(request);
    await service.delete(request.getId(), decode<object>(request.getProperties()).value, call);
  }

  #target(request: Request): { service: Service; name: string; call: Call } {
    const urn = request.getUrn();
    const { type, name } = parseUrn(urn);
    const service = this.services.get(type);
    if (!service) {
      const types = [...this.services.keys()].join(", ");
      throw new KeyPairError({
        code: "InvalidInput",
        message: `there is no resource type ${type}; this provider has ${types}`,
      });
    }
    const call = {
      urn,
      // 0 means that the program sets no timeout.
      timeoutSeconds: request.getTimeout?.() || undefined,
      // A separate signal for each call: listeners would accumulate on a signal that lives as long as the
      // process.
      signal: AbortSignal.any([this.cancelled]),
    };
    return { service, name, call };
  }
}

function autonamingOf(request: Messages.CheckRequest): Autonaming | undefined {
  const options = request.getAutonaming();
  if (!options) return undefined;
  const { Mode } = messages.CheckRequest.AutonamingOptions;
  const name = options.getProposedName();
  switch (options.getMode()) {
    case Mode.DISABLE:
      return { mode: "disable" };
    case Mode.ENFORCE:
      return { mode: "enforce", name };
    default:
      return { mode: "propose", name };
  }
}

/**
 * The outputs for the state, with what follows from them: programs in other languages cannot compute it. Throws
 * if something failed after the cloud had done its part.
 */
function stored({ id, state, incomplete }: Outcome<object>, service: Service, secrets: Set<string>): Struct {
  const whole = { ...state, ...service.resource.derivedOutputs?.(state) };
  const properties = outputs(whole, service, secrets);
  if (incomplete) throw new InitializationFailure(id, properties, incomplete);
  return properties;
}

function outputs(state: object, service: Service, secretArguments: Set<string>): Struct {
  return encode(state, service.secretNames(secretArguments));
}
