import type { Credentials, Operation } from "../../core/backend";
import { defined } from "../../core/defined";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import { registerSecret } from "../../core/redact";
import type { HttpPool, HttpReply, HttpRequest } from "../../transport/http";
import { SharedOperation } from "../../transport/operation";
import { withCredentialsUsed } from "../credentialsUsed";
import { accessByKey } from "./accessKey";
import { findUser } from "./accessKeyUser";
import { authenticate } from "./authentication";
import { type ComputeEndpoint, type ComputeRequest, computeEndpoint } from "./catalogue";
import type { Cloud } from "./cloud";

/** The right to call the compute service, for as long as the cloud grants it. */
export interface Access {
  endpoint: ComputeEndpoint;
  /** The user that the credentials belong to, where the cloud has said it. */
  userId?: string;
  userName?: string;
  /** Whether the cloud may grant another one when it refuses this one. */
  renewable: boolean;
  /** The headers that prove the right to send this request. */
  headers(request: HttpRequest): Record<string, string>;
}

interface Shared {
  operation: SharedOperation;
  access: Promise<Access>;
}

/**
 * One access for all calls of the process. The first call asks for it, and calls at the same time wait for the same one. It is
 * renewed once for a call that the cloud answers with 401, since tokens expire and are revoked.
 */
export class Session {
  #shared: Shared | undefined;
  #last: Access | undefined;

  constructor(
    readonly cloud: Cloud,
    private readonly endpoint: string | undefined,
    private readonly credentials: Credentials,
    private readonly http: HttpPool,
  ) {
    registerSecret(credentials.accessKeySecret);
    registerSecret(credentials.securityToken);
  }

  /** Where the credentials come from, in words. */
  get credentialsFrom(): string {
    if (this.credentials.accessKeyId !== undefined) return "the stack's configuration (keypair:accessKeyId)";
    const { name, file } = this.cloud;
    return file === undefined ? "the OS_* variables" : `the cloud "${name}" of ${file}`;
  }

  /** What is called, as far as that is known without a call: the compute service, else Keystone. */
  get configuredUrl(): string {
    return this.endpoint ?? this.cloud.computeEndpoint ?? this.cloud.auth["auth_url"] ?? "";
  }

  /** Each URL that gets the credentials or the token, as far as they are known. */
  get urls(): URL[] {
    const urls = [this.cloud.auth["auth_url"], this.configuredUrl, this.#last?.endpoint.url];
    return urls.flatMap((url) => URL.parse(url ?? "") ?? []);
  }

  /** What was last granted; `undefined` before the first call. */
  get known(): Access | undefined {
    return this.#last;
  }

  /** Sends to a path of the compute endpoint. Resolves with whatever the service answers, except a first 401. */
  async send(request: ComputeRequest, operation: Operation): Promise<HttpReply> {
    const shared = this.#join(operation);
    const access = await this.#granted(shared, operation);
    const reply = await this.#sendWith(access, request);
    if (reply.status !== 401 || !access.renewable) return reply;
    // The first call that the cloud refuses asks for new access, and the others wait for it.
    if (this.#shared === shared) this.#shared = undefined;
    return this.#sendWith(await this.access(operation), request);
  }

  access(operation: Operation): Promise<Access> {
    return this.#granted(this.#join(operation), operation);
  }

  async #granted(shared: Shared, operation: Operation): Promise<Access> {
    try {
      const access = await shared.access;
      this.#last = access;
      return access;
    } catch (error) {
      if (this.#shared === shared) this.#shared = undefined;
      // The callers that waited for it were interrupted, but this one was not.
      if (isKeyPairError(error, "Cancelled") && !operation.signal.aborted) return this.access(operation);
      throw withCredentialsUsed(error, this.credentialsFrom);
    }
  }

  #join(operation: Operation): Shared {
    if (this.#shared !== undefined) {
      this.#shared.operation.join(operation);
      return this.#shared;
    }
    const shared = new SharedOperation([operation]);
    this.#shared = { operation: shared, access: this.#authenticate(shared) };
    return this.#shared;
  }

  async #authenticate(operation: Operation): Promise<Access> {
    const { cloud, http, endpoint, credentials } = this;
    const key = accessByKey(cloud, credentials);
    if (key !== undefined) {
      const access = await key.access(endpoint, http, operation);
      const userId = await findUser((request) => this.#sendWith(access, request), operation);
      return { ...access, ...defined({ userId }) };
    }
    const token = await authenticate(cloud, http, operation);
    return {
      endpoint: computeEndpoint(cloud, endpoint, token.catalog, token.projectId),
      ...defined({ userId: token.userId, userName: token.userName }),
      renewable: true,
      headers: () => ({ "x-auth-token": token.id }),
    };
  }

  #sendWith(access: Access, { path, ...rest }: ComputeRequest): Promise<HttpReply> {
    const url = URL.parse(access.endpoint.url + path);
    if (url === null) {
      throw new KeyPairError({
        code: "Configuration",
        message: "the compute endpoint in the catalogue is not a URL",
        next: "Tell the cloud's operator, or set the endpoint with `keypair:endpoint`.",
      });
    }
    const { microversion } = this.cloud;
    const version =
      microversion === undefined
        ? {}
        : {
            "openstack-api-version": `compute ${microversion}`,
            "x-openstack-nova-api-version": microversion,
          };
    const request = { ...rest, url, headers: { accept: "application/json", ...version, ...rest.headers } };
    return this.http.send({ ...request, headers: { ...request.headers, ...access.headers(request) } });
  }
}
