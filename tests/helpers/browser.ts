/** As much of a browser as a sign-in needs: cookies, redirects, and forms with hidden fields. */
export class Browser {
  readonly #cookies = new Map<string, string>()

  /** Follows redirects as long as they stay at the place where it began. Answers where it would go next. */
  async visit(address: string | URL): Promise<{ next?: URL; page: string }> {
    return this.#go(new URL(address), { method: 'GET' })
  }

  /** Sends the only form of a page as it stands. */
  async submit(page: string, at: string | URL): Promise<{ next?: URL; page: string }> {
    const [, action] = /action="([^"]+)"/.exec(page) ?? []
    const fields = [...page.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
      ([, name, value]) => [name, value] as [string, string]
    )
    return this.#go(new URL(action, at), { method: 'POST', body: new URLSearchParams(fields) })
  }

  async #go(address: URL, request: RequestInit): Promise<{ next?: URL; page: string }> {
    const answer = await fetch(address, {
      ...request,
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map((cookie) => cookie.join('=')).join('; ') },
    })
    for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie)

    const location = answer.headers.get('location')
    if (!location) return { page: await answer.text() }
    const next = new URL(location, address)
    return next.origin === address.origin ? this.#go(next, { method: 'GET' }) : { next, page: '' }
  }

  #keep(cookie: string): void {
    const [pair] = cookie.split(';')
    const at = pair.indexOf('=')
    if (pair.length === at + 1) this.#cookies.delete(pair.slice(0, at))
    else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}
