import { BaseModel, column } from '@adonisjs/lucid/orm'

export type SmsStatus = 'sending' | 'sent' | 'failed' | 'unknown'

/** PostgreSQL hands out bigint as text. */
const milliseconds = { consume: (value: string | number | null) => value && Number(value) }

/** One SMS in the ledger. The text is not kept; the recipient is kept encrypted. */
export default class SmsMessage extends BaseModel {
  static override selfAssignPrimaryKey = true

  @column({ isPrimary: true })
  declare id: string

  @column()
  declare userId: number

  @column()
  declare status: SmsStatus

  @column()
  declare recipient: string

  /** Blind index of the recipient: finds a number's messages without storing the number. */
  @column()
  declare recipientIndex: string

  @column()
  declare senderAddress: string

  @column()
  declare senderName: string | null

  @column()
  declare reference: string | null

  @column()
  declare encoding: string

  @column()
  declare segments: number

  /** Orange's name for the message, from its `resourceURL`. */
  @column()
  declare resourceId: string | null

  @column()
  declare reasonCode: string | null

  @column()
  declare reason: string | null

  /** Under which token it went out. */
  @column()
  declare tokenFingerprint: string | null

  @column()
  declare requestId: string | null

  /** Milliseconds since 1970. */
  @column(milliseconds)
  declare createdAt: number

  @column(milliseconds)
  declare finishedAt: number | null
}
