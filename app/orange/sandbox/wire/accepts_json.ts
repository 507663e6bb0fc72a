/**
 * Whether an Accept header (RFC 9110 section 12.5.1) admits application/json. The most
 * specific range decides.
 */
export function acceptsJson(accept: string): boolean {
  const ranges = new Map(accept.split(',').map(readRange))
  const quality = ranges.get('application/json') ?? ranges.get('application/*') ?? ranges.get('*/*')
  return quality !== undefined && quality > 0
}

function readRange(entry: string): [type: string, quality: number] {
  const [type, ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  return [type, quality === undefined ? 1 : Number(quality.slice(2))]
}
