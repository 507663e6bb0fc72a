import vine from '@vinejs/vine'
import { FORMAT_NAMES } from '#audit/export/formats'

export const exportValidator = vine.create({
  format: vine.enum(FORMAT_NAMES).parse((value) => value ?? 'ndjson'),
})
