import vine from '@vinejs/vine'

const name = () => vine.string().regex(/^[\w.-]{1,64}$/)

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
