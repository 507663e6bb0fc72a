import { flags } from '@adonisjs/core/ace'
import type { TestFailure, TestResult } from '#oauth/actions/test_token'
import type { DefinedOAuthConfig } from '#oauth/define_config'
import type { CommandAnswer } from './_answering_command.js'
import { TokenCommand } from './_token_command.js'

const NO = 1

export default class TokenTest extends TokenCommand {
  static commandName = 'token:test'
  static description = 'Ask the provider for a token once, whatever is cached, and show what came'

  @flags.string({ description: 'Which provider; the default one without it' })
  declare provider?: string

  @flags.string({ description: 'Whose credentials are used; the own ones without it' })
  declare tenant?: string

  protected async act(): Promise<CommandAnswer> {
    await this.store()
    const { operator } = await import('#access/operator')
    const { TestToken } = await import('#oauth/actions/test_token')
    const { OAuthManager } = await import('#oauth/oauth_manager')
    const { systemClock } = await import('#shared/clock')

    const { default: usual } = this.app.config.get<DefinedOAuthConfig>('oauth')
    const { provider = usual, tenant } = this
    const action = new TestToken(await this.app.container.make(OAuthManager), systemClock)
    const result = await action.run({ provider, tenant }, { actor: operator() })

    if (result.failure) this.exitCode = NO
    const name = tenant === undefined ? provider : `${provider}, for ${tenant},`
    return {
      data: { provider, tenant: tenant ?? null, ...result },
      lines: result.failure ? linesOnFailure(name, result.failure, result) : linesOn(name, result),
    }
  }
}

function linesOn(name: string, { tokenInfo, lifeSeconds, durationMs }: TestResult): string[] {
  const { state, scope, refreshAt, expiresAt } = tokenInfo
  return [
    `${name} gave a token within ${durationMs} ms: ${state}, scope ${scope ?? 'not said'}, for ${lifeSeconds} s.`,
    `It is kept: renewed from ${refreshAt} on, ends at ${expiresAt}.`,
  ]
}

function linesOnFailure(
  name: string,
  { verdict, reason, httpStatus, upstreamCode, advice }: TestFailure,
  { durationMs, tokenInfo }: TestResult
): string[] {
  const facts = [
    reason,
    httpStatus && `HTTP ${httpStatus}`,
    upstreamCode && `its code ${upstreamCode}`,
    verdict && `verdict ${verdict}`,
  ]
  return [
    `${name} gave no token within ${durationMs} ms: ${facts.filter(Boolean).join(', ')}.`,
    advice,
    ...(tokenInfo.isValid
      ? [`The token from before is kept: it ends at ${tokenInfo.expiresAt}.`]
      : []),
  ]
}
