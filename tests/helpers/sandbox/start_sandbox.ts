import { getActiveTestOrFail } from '@japa/runner'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import type { SandboxOptions } from '#orange/sandbox/sandbox_options'

/** A sandbox on a free port, without a pace unless one is asked for, that ends with the test. */
export async function startSandbox(options: SandboxOptions = {}): Promise<OrangeSandbox> {
  const sandbox = await OrangeSandbox.start({ sendsPerSecond: null, ...options })
  getActiveTestOrFail().cleanup(() => sandbox.stop())
  return sandbox
}
