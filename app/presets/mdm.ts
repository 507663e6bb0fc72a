import type { Secret } from '@adonisjs/core/helpers'
import { basicCredentials } from '#oauth/wire/client_authentication'
import type { CredentialsChoice, ProviderWith } from '#oauth/provider_config'
import { apigee, type ApigeeOptions } from '#presets/apigee'

export interface MdmOptions<
  Credentials extends CredentialsChoice,
> extends ApigeeOptions<Credentials> {
  /** The account that the master data themselves want, beside the token of the gateway before them. */
  account: { username: string; password: Secret<string> }
}

/**
 * Master data behind a gateway: the token is for the gateway, and an account of the service goes
 * along in `Authorization-Basic` (RFC 7617 §2 says how it is written).
 */
export function mdm<Credentials extends CredentialsChoice>({
  account,
  ...gateway
}: MdmOptions<Credentials>): ProviderWith<Credentials> {
  return {
    ...apigee(gateway),
    companionHeaders: {
      'Authorization-Basic': basicCredentials(account.username, account.password),
    },
  }
}
