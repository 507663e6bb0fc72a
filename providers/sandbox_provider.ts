import type { ApplicationService } from '@adonisjs/core/types'

/**
 * In sandbox mode, a development server brings its own local Orange, unless one listens
 * already (node ace orange:sandbox).
 */
export default class SandboxProvider {
  #stop?: () => Promise<void>

  constructor(protected app: ApplicationService) {}

  async start() {
    const { baseUrl, sandboxMode } =
      this.app.config.get<typeof import('#config/orange').default>('orange')
    if (!sandboxMode || !this.app.inDev || this.app.getEnvironment() !== 'web') return

    const { OrangeSandbox } = await import('#orange/sandbox/orange_sandbox')
    try {
      const sandbox = await OrangeSandbox.start({ port: Number(new URL(baseUrl).port) })
      this.#stop = () => sandbox.stop()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }

  async shutdown() {
    await this.#stop?.()
  }
}
