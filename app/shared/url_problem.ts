const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** What keeps an address from being one that secrets may be sent to; undefined when nothing does. */
export function urlProblem(value: string): string | undefined {
  // The parser drops line breaks and outer blanks without a word.
  if (/\s/.test(value)) return 'contains white space'
  if (!URL.canParse(value)) return 'is not an absolute URL'

  const { protocol, hostname } = new URL(value)
  if (protocol !== 'https:' && protocol !== 'http:') return 'must be an https URL'
  if (/^[^/]*\/*[^/?#]*@/.test(value)) return 'must not contain a user name or password'
  if (value.includes('#')) return 'must not contain a fragment'
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
    return 'must be https: http is accepted on the loopback address only'
  }
  return undefined
}
