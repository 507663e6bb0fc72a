import type { TestContext } from '@japa/runner/core'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

/** A provider whose refresh tokens are good for one use, and who forgives nothing. */
export async function startStrictServer(context: Pick<TestContext, 'cleanup'>) {
  const state = {
    current: 'canary-refresh-0',

    /** One was used twice, and everything was taken back. */
    revoked: false,

    /** How many were given for another one. */
    spent: 0,
    /** Further members of its answers. */
    extra: {} as Record<string, unknown>,
    /** In place of all that. */
    answer: undefined as TokenServerAnswer | undefined,

    /** Before it answers. */
    before: async () => {},
  }
  const server = await startTokenServer(context, async ({ members }) => {
    await state.before()
    if (state.answer) return state.answer
    const signsIn = members.grant_type === 'authorization_code'
    if (!signsIn && (state.revoked || members.refresh_token !== state.current)) {
      state.revoked = true
      return { status: 400, body: { error: 'invalid_grant' } }
    }
    state.spent++
    state.current = `canary-refresh-${state.spent}`
    const { current: next, spent, extra } = state
    const token = { access_token: `access-${spent}`, token_type: 'Bearer', expires_in: 3600 }
    return { body: { ...token, refresh_token: next, ...extra } }
  })
  return { ...server, state }
}
