import type { HttpRequest } from '@adonisjs/core/http'

/**
 * The parameters of an address as they were written. The framework takes a list with
 * commas apart, and then it looks like a parameter that was given several times.
 */
export function queryParameters(request: HttpRequest): Record<string, string | string[]> {
  const parameters = new URLSearchParams(request.parsedUrl.query ?? '')
  const names = [...new Set(parameters.keys())]

  return Object.fromEntries(
    names.map((name) => {
      const values = parameters.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    })
  )
}
