/** The three envelopes in which Orange's API reports an error, as JSON texts. */

export function gatewayBody(code: number, description = `Description of ${code}`): string {
  return JSON.stringify({ code, message: `Message of ${code}`, description })
}

/** `variables` undefined: the member is absent, and `text` is all there is. */
export function platformBody(messageId: string, variables?: string | string[]): string {
  const kind = messageId.startsWith('POL') ? 'policyException' : 'serviceException'
  const exception = { messageId, text: `Text of ${messageId} with %1`, variables }
  return JSON.stringify({ requestError: { [kind]: exception } })
}

export function oauthBody(error: string, description = `Description of ${error}`): string {
  return JSON.stringify({ error, error_description: description })
}
