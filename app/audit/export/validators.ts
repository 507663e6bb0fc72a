import vine, { SimpleMessagesProvider } from '@vinejs/vine'
import type { ExportOrder } from '#audit/export/export_events'
import { FORMAT_NAMES } from '#audit/export/formats'
import { filterFields, filtersOf, refuseUnknown } from '#audit/search/validators'

/** What somebody asks to have exported. */
export type ExportRequest = Pick<ExportOrder, 'format' | 'filters' | 'asked'>

const exportValidator = vine.create({
  format: vine.enum(FORMAT_NAMES).optional(),
  ...filterFields,
})
exportValidator.messagesProvider = new SimpleMessagesProvider({
  string: 'The {{ field }} field is given once, as text',
  enum: `The format is one of: ${FORMAT_NAMES.join(', ')}`,
})

/**
 * Reads what somebody asks for. A filter that is not known is refused: without it, more
 * would leave the gateway than was meant.
 *
 * @throws E_VALIDATION_ERROR
 */
export async function exportRequestOf(parameters: Record<string, unknown>): Promise<ExportRequest> {
  refuseUnknown(parameters, ['format', ...Object.keys(filterFields)])
  const { format = 'ndjson', ...filters } = await exportValidator.validate(parameters)

  const asked = { ...parameters } as Record<string, string>
  delete asked.format
  return { format, filters: filtersOf(filters), asked }
}
