import vine from '@vinejs/vine'
import { JWT_BEARER } from '#oauth/exchange'

const name = () => vine.string().regex(/^(?!\.\.?$)[\w.-]{1,64}$/)

/** Printable ASCII (RFC 6749 appendix A). */
const text = (longest: number) =>
  vine
    .string()
    .maxLength(longest)
    .regex(/^[\x20-\x7e]+$/)

/** Why somebody did something, for the audit trail. */
const reason = () => vine.string().trim().minLength(3).maxLength(200)

export const healthValidator = vine.create({
  provider: name().optional(),
  tenant: name().optional(),
  probe: vine.boolean().optional(),
})

export const discloseValidator = vine.create({
  type: name(),
  tenantId: name().optional(),
  forceRefresh: vine.boolean().optional(),
})

export const refreshValidator = vine.create({
  provider: name().optional(),
  tenant: name().optional(),
  reason: reason(),
})

export const clearValidator = vine.create({
  provider: name().optional(),
  tenant: name().optional(),
  reason: reason().optional(),
})

export const signInValidator = vine.create({
  provider: name(),
  tenant: name().optional(),
  subject: name().optional(),
})

export const signOutValidator = vine.create({
  provider: name(),
  tenant: name().optional(),
  subject: name().optional(),
  reason: reason().optional(),
})

export const exchangeValidators = {
  authorization_code: vine.create({
    tenant: name().optional(),
    code: text(4096),
    redirect_uri: text(2048),
    code_verifier: vine.string().regex(/^[\w.~-]{43,128}$/),
  }),
  refresh_token: vine.create({
    tenant: name().optional(),
    refresh_token: text(16 * 1024),
    scope: text(2048).optional(),
  }),
  [JWT_BEARER]: vine.create({
    tenant: name().optional(),
    assertion: text(16 * 1024),
    scope: text(2048).optional(),
  }),
}
