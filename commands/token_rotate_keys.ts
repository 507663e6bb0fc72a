import { flags } from '@adonisjs/core/ace'
import type { CommandAnswer } from './_answering_command.js'
import { ProgressLine } from './_progress_line.js'
import type { RotationCount } from '#oauth/actions/rotate_keys'
import { TokenCommand } from './_token_command.js'

const NO = 1

export default class TokenRotateKeys extends TokenCommand {
  static commandName = 'token:rotate-keys'
  static description = 'Seal stored tokens with the newest key, while gateways go on'

  @flags.boolean({ description: 'Take away what no key opens: those tokens are asked for again' })
  declare discardUnreadable: boolean

  protected async act(): Promise<CommandAnswer> {
    const { EventRecorder } = await import('#shared/event_recorder')
    const { RotateKeys } = await import('#oauth/actions/rotate_keys')
    const { TenantCredentialStore } = await import('#oauth/stores/tenant_credentials')
    const { RefreshTokenStore } = await import('#oauth/stores/refresh_tokens')
    const { operator } = await import('#access/operator')
    const store = await this.store()
    const credentials = await this.app.container.make(TenantCredentialStore)
    const recorder = await this.app.container.make(EventRecorder)
    const refreshTokens = await this.app.container.make(RefreshTokenStore)
    const action = new RotateKeys([store, credentials, refreshTokens], recorder)

    const progress = new ProgressLine('Sealing stored tokens')
    const count = await action.run(
      { actor: operator() },
      { discard: this.discardUnreadable ?? false, progress: (done) => progress.show(done) }
    )
    progress.end()

    if (count.unreadable > 0) this.exitCode = NO
    return { data: { ...count }, lines: linesOf(count) }
  }
}

function linesOf(count: RotationCount): string[] {
  const lines = [
    `${count.resealed} sealed with the newest key, ${count.current} were already.`,
    `${count.discarded} discarded.`,
  ]
  if (count.unreadable > 0) {
    lines.push(
      `${count.unreadable} open with no key that is configured: give their key back in TOKEN_ENCRYPTION_KEYS, or take them away with --discard-unreadable.`
    )
  }
  return lines
}
