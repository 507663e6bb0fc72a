import type { CredentialsChoice, ProviderWith } from '#oauth/provider_config'
import { entra, type EntraOptions } from '#presets/entra'

/** The permissions that a person grants, beside `offline_access` for a refresh token. */
export const exchangeScopes = {
  imap: 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access',
  pop: 'https://outlook.office.com/POP.AccessAsUser.All offline_access',
  smtp: 'https://outlook.office.com/SMTP.Send offline_access',
}

/** What an application is granted by an administrator. */
const AS_APPLICATION = 'https://outlook.office365.com/.default'

export type ExchangeOptions<Credentials extends CredentialsChoice> = Omit<
  EntraOptions<Credentials>,
  'scope' | 'validate'
> & {
  /** One of {@link exchangeScopes} for a person's mailbox. Default: what the application may do. */
  scope?: string
}

/**
 * Exchange Online over IMAP, POP and SMTP: tokens come from Entra ID.
 *
 * @see https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */
export function exchange<Credentials extends CredentialsChoice>({
  scope = AS_APPLICATION,
  ...options
}: ExchangeOptions<Credentials>): ProviderWith<Credentials> {
  return entra({ ...options, scope })
}
