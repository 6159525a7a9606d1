/** HTTP statuses of the codes, as the vendor's pages have them; any other code is a 400. */
const STATUSES: Record<string, number> = {
  "QuotaExceed.KeyPair": 403,
  "QuotaExceed.Tags": 403,
  "TagKey.Duplication": 403,
  "InvalidResourceGroup.NotFound": 404,
  "InvalidResourceGroup.Duplicate": 403,
  "InvalidRegionId.NotFound": 404,
  "InvalidResourceId.NotFound": 404,
  "InvalidResourceType.NotFound": 404,
  "InvalidAccessKeyId.NotFound": 404,
  "InvalidAction.NotFound": 404,
  InvalidVersion: 404,
  "Forbidden.RAM": 403,
  "NoPermission.Tag": 403,
  InstanceKeyPairLimitExceeded: 403,
  "DependencyViolation.WindowsInstance": 403,
  InternalError: 500,
  ServiceUnavailable: 503,
};

/** What ECS answers when it does not do what it was asked for. */
export class EcsFailure extends Error {
  readonly status: number;

  constructor(
    readonly code: string,
    message: string,
    status?: number,
  ) {
    super(message);
    this.status = status ?? STATUSES[code] ?? 400;
  }
}
