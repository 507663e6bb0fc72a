import type { TestContext } from '@japa/runner/core'
import { OrangeSandbox, type SandboxOptions } from '#orange/sandbox/orange_sandbox'

/**
 * A sandbox as fast as it can be, and the number of token requests that it was sent, also when
 * they are too long ago for its log. One that is under way counts when it is answered or given up.
 */
export async function countedSandbox(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  options: SandboxOptions = {}
) {
  let tokenRequests = 0

  const sandbox = await OrangeSandbox.start({
    sendsPerSecond: null,
    onExchange: ({ route }) => {
      if (route === 'token') tokenRequests++
    },
    ...options,
  })
  cleanup(() => sandbox.stop())
  return { sandbox, tokenRequests: () => tokenRequests }
}
