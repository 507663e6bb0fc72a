/** What an address answers that is none of a token endpoint. */
const NOT_THERE = [404, 405]

/** The addresses at which a token endpoint may be, the one that worked last in front. */
export class EndpointAddresses {
  #urls: readonly string[]

  /** @param urls in the order in which they are tried; all of one origin */
  constructor(urls: string | readonly string[]) {
    this.#urls = [urls].flat()
  }

  inOrder(): readonly string[] {
    return this.#urls
  }

  /** Whether an answer came from the endpoint, which is then remembered. */
  foundAt(url: string, status: number): boolean {
    if (NOT_THERE.includes(status)) return false
    if (this.#urls[0] !== url) this.#urls = [url, ...this.#urls.filter((each) => each !== url)]
    return true
  }
}
