import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from '@japa/runner/core'

/** A folder of the test's own, gone when it ends. */
export async function temporaryFolder({ cleanup }: Pick<TestContext, 'cleanup'>) {
  const path = await mkdtemp(join(tmpdir(), 'gateway-boot-'))
  cleanup(() => rm(path, { recursive: true, force: true }))

  return {
    path,
    file: (name: string) => join(path, name),

    /** @returns the path of the new file */
    async write(name: string, content: string): Promise<string> {
      await writeFile(join(path, name), content)
      return join(path, name)
    },
  }
}
