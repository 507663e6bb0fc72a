/*
|--------------------------------------------------------------------------
| Rules for what Node itself reads
|--------------------------------------------------------------------------
|
| Settings that are good for finding a fault on a developer's machine, and
| that in production print or publish what must stay secret.
|
*/

import { inProduction, refuse, type Rule } from '#start/env_rules'

const DANGEROUS_OPTIONS = [
  {
    pattern: /--(inspect|heapsnapshot|heap-prof)/,
    reason: 'opens the memory of the process (--inspect, heap snapshots): not in production',
  },
  {
    pattern: /--(tls-keylog|trace-tls)/,
    reason: 'writes TLS keys (--tls-keylog, --trace-tls): not in production',
  },
  {
    pattern: /^(?!.*--report-exclude-env).*--report/,
    reason: 'asks for reports that contain the environment: add --report-exclude-env',
  },
]

/** A variable that would leak secrets or switch off their protection. */
export function refusedInProduction(pattern: RegExp, reason: string): Rule<string | undefined> {
  return (name, value) => {
    const refused = value && pattern.test(value) && inProduction()
    return refused ? refuse(name, `${reason}: not in production`) : value
  }
}

/** Options of the node command line, given directly (`given`) or by NODE_OPTIONS. */
export function nodeOptions(given: readonly string[]): Rule<string | undefined> {
  return (name, value) => {
    if (!inProduction()) return value

    // Node takes --report_on_signal for --report-on-signal.
    const options = [...given, value ?? ''].join(' ').replaceAll('_', '-')
    const danger = DANGEROUS_OPTIONS.find(({ pattern }) => pattern.test(options))
    return danger ? refuse(name, `(or the command line) ${danger.reason}`) : value
  }
}
