import { jsonReply, type Reply } from '#orange/sandbox/wire/reply'
import type { SandboxSettings } from '#orange/sandbox/settings'

/** Status and text template of each error of the SMS platform behind the gateway. */
const PLATFORM_ERRORS = {
  SVC0001: [400, 'A service error occurred. Error code is %1'],
  SVC0002: [400, 'Invalid input value for message part %1'],
  SVC0003: [400, 'Invalid input value for message part %1, valid values are %2'],
  SVC0004: [400, 'No valid addresses provided in message part %1'],
  SVC0005: [400, 'Correlator %1 specified in message part %2 is a duplicate'],
  SVC0280: [400, 'Message too long. Maximum length is %1 characters'],
  POL0001: [403, 'A policy error occurred. Error code is %1'],
  POL0003: [403, 'Too many addresses specified in message part %1'],
} as const satisfies Record<string, readonly [number, string]>

export type PlatformErrorId = keyof typeof PLATFORM_ERRORS

export interface PlatformError {
  messageId: PlatformErrorId

  /** What %1, %2 … of the text stand for. The first is the reason a person needs. */
  variables: readonly string[]
}

/** Envelope `{requestError: {serviceException | policyException}}`. */
export function platformError(
  { messageId, variables }: PlatformError,
  form: SandboxSettings['variablesAs']
): Reply {
  const [status, text] = PLATFORM_ERRORS[messageId]
  const kind = messageId.startsWith('POL') ? 'policyException' : 'serviceException'

  return jsonReply(status, {
    requestError: { [kind]: { messageId, text, variables: shape(variables, form) } },
  })
}

function shape(variables: readonly string[], form: SandboxSettings['variablesAs']) {
  return { array: variables, string: variables[0], absent: undefined }[form]
}
