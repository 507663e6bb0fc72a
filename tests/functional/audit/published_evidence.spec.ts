import { createPublicKey, verify } from 'node:crypto'
import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { KeyHistory } from '#audit/chain/key_history'
import { type Checkpoint, checkpointText } from '#audit/checkpoints/checkpoint'
import { Checkpointer } from '#audit/checkpoints/checkpointer'
import type { PublicKey } from '#audit/checkpoints/published_evidence'
import { auditRows } from '#tests/helpers/audit_rows'
import { bearer } from '#tests/helpers/users'

async function readsOf(target: string) {
  const reads = await auditRows('audit.read')
  return reads.filter(({ body }) => body.targetId === target)
}

test.group('Evidence for reviewers', (group) => {
  group.each.setup(async () => {
    const history = await app.container.make(KeyHistory)
    const checkpointer = await app.container.make(Checkpointer)
    await history.introduce()
    await checkpointer.sign('manual')
  })

  test('is enough to check a checkpoint without us', async ({ assert, client }) => {
    const token = await bearer('reviewer')
    const keys = await client.get('/api/audit/public-keys').bearerToken(token)
    const checkpoints = await client.get('/api/audit/checkpoints?limit=1').bearerToken(token)

    const [key] = (keys.body() as { data: PublicKey[] }).data
    const [checkpoint] = (checkpoints.body() as { data: Checkpoint[] }).data
    assert.include(key, {
      algorithm: 'Ed25519',
      current: true,
      trusted: true,
      keyId: checkpoint.keyId,
    })
    assert.lengthOf(Buffer.from(key.publicKey, 'base64'), 32)
    const signature = Buffer.from(checkpoint.signature, 'base64')
    const text = Buffer.from(checkpointText(checkpoint))
    assert.isTrue(verify(null, text, createPublicKey(key.pem), signature))
    assert.isNotEmpty(await readsOf('audit_public_keys'))
    assert.isNotEmpty(await readsOf('audit_checkpoints'))
  })

  test('comes page by page, the newest first', async ({ assert, client }) => {
    const token = await bearer('reviewer')
    const checkpointer = await app.container.make(Checkpointer)
    for (let page = 0; page < 3; page++) {
      await client.get('/api/audit/public-keys').bearerToken(token)
      await checkpointer.sign('manual')
    }

    const seen: number[] = []
    let cursor = ''
    do {
      const answer = await client
        .get('/api/audit/checkpoints')
        .qs({ limit: 2, ...(cursor ? { cursor } : {}) })
        .bearerToken(token)
      const { data, meta } = answer.body() as {
        data: Checkpoint[]
        meta: { nextCursor: string | null }
      }
      seen.push(...data.map(({ seq }) => seq))
      cursor = meta.nextCursor ?? ''
    } while (cursor)

    assert.isAtLeast(seen.length, 4)
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => b - a)
    )
    assert.lengthOf(new Set(seen), seen.length)
  })

  test('is for those with audit:read only, and asks for sensible pages', async ({ client }) => {
    for (const path of ['/api/audit/checkpoints', '/api/audit/public-keys']) {
      const refused = await client.get(path).bearerToken(await bearer('sender'))
      refused.assertStatus(403)
    }

    const token = await bearer('reviewer')
    for (const query of ['limit=0', 'limit=1000000000', 'cursor=x', 'cursor=-1']) {
      const answer = await client.get(`/api/audit/checkpoints?${query}`).bearerToken(token)
      answer.assertStatus(422)
    }
  })
})
