import { GatewayError } from '#shared/gateway_error'

/** The database would lose what it has acknowledged, or is not the one that this version knows. */
export class StorageRefused extends GatewayError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join(' '), { code: 'storage_refused', status: 503, retryable: false })
  }
}
