import type { ApiAnswer } from '#tests/helpers/gateway'

/** `POST /api/sms/send` with a body as it is, of any content type. */
export async function rawSend(
  bearer: string,
  body: string | Uint8Array<ArrayBuffer>,
  contentType = 'application/json'
): Promise<ApiAnswer> {
  const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/api/sms/send`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${bearer}`, 'content-type': contentType },
    body,
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : {} }
}
