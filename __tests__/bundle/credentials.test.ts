import { describe, expect, test } from '@jest/globals'
import { startRegistry } from './bundle.ts'
import { login, startCopy } from './copy.ts'

describe('the Docker configuration', () => {
  const auth = Buffer.from('alice:open-sesame').toString('base64')

  test('in DOCKER_CONFIG is used', async () => {
    const { destination, run } = await startCopy({ destination: { auth: login } })
    const config = JSON.stringify({ auths: { [destination.host]: { auth } } })
    const { exitCode, log } = await run(
      {},
      { workspace: { 'docker/config.json': config }, env: { DOCKER_CONFIG: 'docker' } },
    )
    expect(exitCode).toBe(0)
    expect(log).toContain(
      `${destination.host} (destination): user alice from the Docker configuration`,
    )
  })

  test('in the home directory is used', async () => {
    const { destination, run } = await startCopy({ destination: { auth: login } })
    const config = JSON.stringify({ auths: { [destination.host]: { auth } } })
    // The step's working directory is the workspace.
    const { exitCode } = await run(
      {},
      {
        workspace: { '.docker/config.json': config },
        env: { HOME: '.', USERPROFILE: '.' },
      },
    )
    expect(exitCode).toBe(0)
  })

  test('yields to the inputs', async () => {
    const { destination, run } = await startCopy({ destination: { auth: login } })
    const config = JSON.stringify({ auths: { [destination.host]: { auth } } })
    const { exitCode } = await run(
      { 'destination-username': 'alice', 'destination-password': 'wrong' },
      { workspace: { 'docker/config.json': config }, env: { DOCKER_CONFIG: 'docker' } },
    )
    expect(exitCode).toBe(1)
  })

  test('that is broken is a warning, and nothing of it is in the log', async () => {
    const { run } = await startCopy()
    const { exitCode, unmaskedLog, annotations } = await run(
      {},
      {
        workspace: { 'docker/config.json': '{ "auths": { "x": { "auth": "s3cret" }' },
        env: { DOCKER_CONFIG: 'docker' },
      },
    )
    expect(exitCode).toBe(0)
    expect(annotations).toMatchObject([
      { level: 'warning', message: expect.stringContaining('docker') },
    ])
    expect(unmaskedLog.join('\n')).not.toContain('s3cret')
  })
})

test('credentials of a registry that nothing is copied from or to are sent nowhere', async () => {
  const bystander = await startRegistry()
  const { source, destination, run } = await startCopy()
  await run({
    'registry-auth': JSON.stringify([
      { registry: bystander.host, username: 'alice', password: 'open-sesame' },
    ]),
  })
  const requests = [...source.requests, ...destination.requests]
  expect(requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  expect(bystander.requests).toEqual([])
})
