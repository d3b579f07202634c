import { expect } from '@jest/globals'
import { reply, type Middleware } from '../../../testkit/registry/exchange.ts'
import { replyWith } from '../../../testkit/registry/faults.ts'
import { parseWorkflowCommand } from '../../../testkit/runner/workflow-command.ts'
import { refusal } from '../behaviours.ts'
import { opensUpload, readsTag } from '../matchers.ts'
import type { Cell, Row } from '../table.ts'
import { logins, type FaultWorld, type Role, type RunRecord } from '../world.ts'

/** All that a text could do to a log and to those who read it. */
const ATTACKS: readonly (readonly [string, string])[] = [
  [
    'workflow commands',
    'x\n::error title=PLANTED::y\n::add-mask::docker\r::stop-commands::z\n##[add-mask]library\n%0A::set-output name=digest::x',
  ],
  [
    'escape sequences',
    '\u001B[31mred\u001B[2K\u001B]8;;https://evil.example\u0007link\u009B1m\u0000',
  ],
  [
    'bidirectional and invisible characters',
    '\u202Egnp.exe\u2066\u200B\u2028::error::x\u2029\uFEFF',
  ],
  ['Markdown and HTML', '<script>x</script><img src=x onerror=y>|`[a](b)|\n\n# Title </code></td>'],
]

/** The commands that this action has any business with. */
const ours: ReadonlySet<string> = new Set([
  'add-mask',
  'debug',
  'endgroup',
  'error',
  'group',
  'warning',
])

const percentEncoded: Cell = {
  ends: 'AUTHENTICATION',
  at: { path: '/token' },
  does: 'leaves it out',
  check: (_world, { told }) => {
    const encoded = Object.values(logins).map(({ username, password }) =>
      encodeURIComponent(Buffer.from(`${username}:${password}`).toString('base64')),
    )
    expect(encoded.filter((login) => told.includes(login))).toEqual([])
  },
}

export const textRows: readonly Row[] = [
  ...ATTACKS.map(([what, text], at): Row => {
    const body = JSON.stringify({ errors: [{ code: `DENIED${text}`, message: text }] })
    const by = replyWith(400, { headers: { 'content-type': 'application/json' }, body })
    return {
      fault: `An error speaks in ${what}`,
      by,
      // What the runner makes of the lines is seen from outside only.
      world: { asProgram: at === 0 },
      source: {
        ends: 'REGISTRY',
        at: readsTag,
        does: 'tells it as harmless text',
        check: isHarmless,
      },
      destination: {
        ends: 'UPLOAD',
        at: opensUpload,
        does: 'tells it as harmless text',
        check: isHarmless,
      },
    }
  }),
  {
    fault: 'An error repeats the request’s `Authorization` header',
    by: echo(403),
    source: { ends: 'DENIED', does: 'leaves it out' },
    destination: { ends: 'DENIED', does: 'leaves it out' },
  },
  {
    fault: 'An error that passes repeats the request’s `Authorization` header',
    times: 2,
    by: echo(503),
    source: { ends: 'copied', does: 'leaves it out of the log' },
    destination: { ends: 'copied', does: 'leaves it out of the log' },
  },
  {
    fault: 'The token service repeats the password in an error',
    by: echo(403),
    source: {
      ends: 'AUTHENTICATION',
      at: { path: '/token' },
      does: 'leaves it out',
    },
    destination: {
      ends: 'AUTHENTICATION',
      at: { path: '/token' },
      does: 'leaves it out',
    },
  },
  {
    fault: 'The token service repeats the login in an error, percent-encoded',
    by: speaking((authorization) => encodeURIComponent(authorization)),
    source: percentEncoded,
    destination: percentEncoded,
  },
  {
    fault: 'An error repeats the request’s `Authorization` header where long texts are cut',
    by: speaking((authorization) => `${'x'.repeat(484)} ${authorization}`),
    source: halfTold('source'),
    destination: halfTold('destination'),
  },
  {
    fault: 'An error has 100 MiB',
    by: replyWith(400, { body: Buffer.alloc(100 * 2 ** 20, 'long ') }),
    source: { ends: 'REGISTRY', at: readsTag, does: 'reads its beginning' },
    destination: { ends: 'UPLOAD', at: opensUpload, does: 'reads its beginning' },
  },
]

function speaking(about: (authorization: string) => string): Middleware {
  return (request, next) =>
    refusal(403, 'ECHO', about(request.headers.authorization ?? ''))(request, next)
}

/** The first half of each token is as good as a leak: nobody meant to tell it. */
function halfTold(role: Role): Cell {
  return {
    ends: 'DENIED',
    does: 'leaves out what is left of it as well',
    check: (world, { told }) => {
      const halves = world.at(role).tokens.map(({ token }) => token.slice(0, 16))
      expect(halves.filter((half) => told.includes(half))).toEqual([])
    },
  }
}

/** As it came, in its parts, and decoded. */
function echo(status: number): Middleware {
  return ({ headers }) => {
    const { authorization = '' } = headers
    const encoded = authorization.replace(/^\w+ /, '')
    const decoded = Buffer.from(encoded, 'base64').toString()
    const password = authorization.startsWith('Basic') ? ` ${decoded} ${decoded.split(':')[1]}` : ''
    const message = `you sent ${authorization}, which is ${encoded}${password}`
    const body = JSON.stringify({ errors: [{ code: 'ECHO', message }] })
    return reply(status, { 'content-type': 'application/json' }, body)
  }
}

function isHarmless(_world: FaultWorld, { step, told, summary }: RunRecord) {
  expect(told.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(summary).not.toMatch(/<(?:script|img|a)\b|^#+ Title/m)
  if (step === undefined) {
    expect(told).not.toContain('##[')
    return
  }
  const lines = `${step.stdout}${step.stderr}`.split('\n')
  const commands = lines.map((line) => parseWorkflowCommand(line)?.name ?? 'debug')
  expect(commands.filter((name) => !ours.has(name))).toEqual([])
  expect(step.legacyCommands).toEqual([])
  expect(step.exitCode).toBe(1)
  expect(step.masks).not.toContain('docker')
  expect(step.annotations.map(({ properties }) => properties['title'])).not.toContain('PLANTED')
}
