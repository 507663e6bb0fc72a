import vine from '@vinejs/vine'

/** `cursor` is the number that a page before this one ended at. */
export const checkpointsValidator = vine.create({
  limit: vine.number().withoutDecimals().min(1).max(200).optional(),
  cursor: vine.number().withoutDecimals().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
})
