import type { DateTime } from 'luxon'
import { BaseModel, column } from '@adonisjs/lucid/orm'
import type { AccessToken } from '@adonisjs/auth/access_tokens'
import type { Role } from '#access/abilities'
import { ApiTokens } from '#access/stores/api_tokens'

/** A person or an application that calls the gateway. */
export default class User extends BaseModel {
  static accessTokens = new ApiTokens({ tokenableModel: User })

  @column({ isPrimary: true })
  declare id: number

  /** In lower case: one address is one user. */
  @column()
  declare email: string

  /** A hash, never the password. Null for those who only have API tokens. */
  @column({ serializeAs: null })
  declare password: string | null

  @column()
  declare role: Role

  /** Since when neither password nor tokens are accepted. */
  @column.dateTime()
  declare disabledAt: DateTime | null

  @column.dateTime({ autoCreate: true })
  declare createdAt: DateTime

  @column.dateTime({ autoCreate: true, autoUpdate: true })
  declare updatedAt: DateTime

  /** The token that the current request was authenticated with. */
  declare currentAccessToken?: AccessToken
}
