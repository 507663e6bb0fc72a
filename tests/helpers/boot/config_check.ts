import { execFile } from 'node:child_process'
import app from '@adonisjs/core/services/app'
import type { CheckResult } from '../../../commands/_service_checks.js'
import type { CheckedSetting } from '#start/env_check'
import type { Variables } from '#tests/helpers/boot/production'

/** What config:check --json prints. */
export interface ConfigReport {
  valid: boolean
  problems: string[]
  warnings: string[]
  checks: CheckResult[]
  settings: CheckedSetting[]
}

/** Runs config:check with these variables and no others. @param dotEnv where .env files are */
export async function configCheck(variables: Variables, dotEnv: string) {
  const env = { PATH: process.env.PATH, NO_COLOR: '1', ENV_PATH: dotEnv, ...variables }
  const ended = await new Promise<{ exitCode: number; stdout: string; stderr: string }>(
    (resolve) => {
      execFile(
        process.execPath,
        ['ace.js', 'config:check', '--json'],
        { cwd: app.makePath(), env },
        (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr })
      )
    }
  )

  const { data: report } = JSON.parse(ended.stdout) as { data: ConfigReport }
  return {
    ...ended,
    report,
    setting: (name: string) => report.settings.find((setting) => setting.name === name)!,

    /** `name: status` of each check. */
    checks: report.checks.map(({ name, status }) => `${name}: ${status}`),
  }
}
