import { GatewayError } from '#shared/gateway_error'

/** The chain is not in a state that may be built on: the next event would vouch for it. */
export class ChainRefused extends GatewayError {
  constructor(code: 'chain_rolled_back' | 'head_forged' | 'head_unsigned' | 'head_key_unknown') {
    super(REASONS[code], { code, status: 503, retryable: false })
  }
}

const REASONS = {
  chain_rolled_back:
    'The audit trail is shorter than its last checkpoint: an older state was restored. Run audit:verify, then audit:checkpoint --acknowledge-rollback.',
  head_forged:
    'The signature of the newest audit event is wrong: the trail was changed from outside. Run audit:verify and restore a backup.',
  head_unsigned:
    'The newest audit event is not signed: the trail was changed from outside. Run audit:verify and restore a backup.',
  head_key_unknown:
    'The newest audit event is signed by a key that is not trusted here. After a change of AUDIT_SIGNING_KEY, name the public key from before in AUDIT_TRUSTED_PUBLIC_KEYS.',
}
