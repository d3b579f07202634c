import { describe, expect, test } from '@jest/globals'
import {
  annotateFailures,
  annotateProblems,
  describeError,
  failureMessage,
} from '../../src/action/annotations.ts'
import type { RunContext } from '../../src/action/context.ts'
import { RegistryError } from '../../src/registry/errors.ts'
import { recordCommands } from './command-recorder.ts'
import { copied, failed, reportOf } from './results.ts'

const context: RunContext = {
  eventName: 'push',
  actor: 'octocat',
  repository: 'acme/app',
  isFork: false,
  isDependabot: false,
}

function failures(number: number) {
  return Array.from({ length: number }, (_, index) => failed(`ghcr.io/acme/app:${index + 1}`))
}

/** The error annotations of a run, that with which the step fails included. */
function annotationsOf(report: ReturnType<typeof reportOf>): readonly string[] {
  const commands = recordCommands()
  annotateFailures(commands, report)
  const last = failureMessage(report)
  return last === undefined ? commands.of('error') : [...commands.of('error'), last]
}

function messageOf(error: Error): string {
  return describeError(error, context).message
}

describe('an error in words', () => {
  const denied = new RegistryError('DENIED', 'access denied', {
    operation: 'push manifest to',
    side: 'destination',
    registry: 'ghcr.io',
    repository: 'acme/app',
    reference: '1.0',
    status: 403,
    registryCode: 'DENIED',
    registryMessage: 'permission_denied: write_package',
  })

  test('names operation, side, reference, HTTP status and the words of the registry, and has a hint', () => {
    const { code, message, hint } = describeError(denied, context)
    expect(code).toBe('DENIED')
    for (const part of ['push manifest to', 'destination', 'ghcr.io/acme/app:1.0', 'HTTP 403']) {
      expect(message).toContain(part)
    }
    expect(message).toContain('permission_denied: write_package')
    expect(hint).toContain('packages: write')
  })

  test('depends on what the run is', () => {
    const fork = { ...context, eventName: 'pull_request', isFork: true }
    expect(describeError(denied, fork).hint).toContain('comes from a fork')
  })

  test('has no hint where there is none', () => {
    const error = new RegistryError('CANCELLED', 'cancelled', { operation: 'get image' })
    expect(describeError(error, context)).not.toHaveProperty('hint')
  })

  test('is one harmless line, also when the error is none of ours', () => {
    const error = new TypeError('\n::error::x https://r.example/?token=s3cret')
    expect(describeError(error, context)).toEqual({
      code: 'INTERNAL',
      message: ': :error::x https://r.example/',
    })
    expect(describeError('thrown text', context).message).toBe('thrown text')
  })

  test('has the causes of an error that is none of ours, each once and not for ever', () => {
    const reason = new Error('no space left')
    expect(messageOf(new Error('cannot write', { cause: reason }))).toBe(
      'cannot write: no space left',
    )
    expect(messageOf(new Error('cannot write: no space left', { cause: reason }))).toBe(
      'cannot write: no space left',
    )
    expect(messageOf(new TypeError('', { cause: 'a text' }))).toBe('TypeError: a text')
    const circle = new Error('round')
    circle.cause = new Error('and', { cause: circle })
    expect(messageOf(circle).length).toBeLessThan(100)
  })
})

describe('the annotations', () => {
  test('are one for each failed image, with its destination as the title', () => {
    const commands = recordCommands()
    annotateFailures(
      commands,
      reportOf([failed('ghcr.io/acme/a:1'), copied(), failed('ghcr.io/acme/b:1')]),
    )
    expect(commands.lines).toEqual([
      'error: [Image not synced: ghcr.io/acme/a:1] push manifest: denied',
      'error: [Image not synced: ghcr.io/acme/b:1] push manifest: denied',
    ])
  })

  test('end with the hint', () => {
    const result = failed('ghcr.io/acme/a:1')
    const error = { code: 'DENIED', message: 'denied', hint: 'Ask for access.' }
    expect(annotationsOf(reportOf([{ ...result, error }]))[0]).toMatch(
      /denied Hint: Ask for access\.$/,
    )
  })

  test('say something even when nobody knows why', () => {
    const { error: _, ...result } = failed('ghcr.io/acme/a:1')
    expect(annotationsOf(reportOf([result]))[0]).toMatch(/docker.io\/library\/alpine:3.20: failed$/)
  })

  test('are never more than ten, the last one saying how many more there are', () => {
    const annotations = annotationsOf(reportOf(failures(12)))
    expect(annotations).toHaveLength(10)
    expect(annotations[8]).toContain('ghcr.io/acme/app:9')
    expect(annotations[9]).toBe(
      '12 of 12 images failed; the annotations show 9, and 3 more are in the log.',
    )
  })

  test('may leave out one alone', () => {
    expect(annotationsOf(reportOf(failures(10)))[9]).toBe(
      '10 of 10 images failed; the annotations show 9, and 1 more is in the log.',
    )
  })

  test('leave none out when there is room for all', () => {
    const annotations = annotationsOf(reportOf([...failures(9), copied()]))
    expect(annotations).toHaveLength(10)
    expect(annotations[9]).toBe('9 of 10 images failed.')
  })

  test('are none when nothing failed', () => {
    expect(annotationsOf(reportOf([copied()]))).toEqual([])
  })

  test('are cut to the length that GitHub keeps, but not in the hint', () => {
    const result = failed('ghcr.io/acme/a:1')
    const error = { code: 'REGISTRY', message: 'x'.repeat(5000), hint: 'Try again.' }
    const [annotation = ''] = annotationsOf(reportOf([{ ...result, error }]))
    const message = annotation.slice(annotation.indexOf('] ') + 2)
    expect(message).toHaveLength(4096)
    expect(message.endsWith('x… Hint: Try again.')).toBe(true)
  })
})

/** A problem of a file, in this line. */
function problem(line: number) {
  return {
    input: 'images-file',
    place: '',
    message: `problem ${line}`,
    file: 'images.txt',
    line,
  } as const
}

describe('problems of a file', () => {
  const inInput = { input: 'images', place: 'images', message: 'no image' } as const

  test('are annotated, as many as GitHub shows beside the message', () => {
    const commands = recordCommands()
    const problems = Array.from({ length: 30 }, (_, index) => problem(index + 1))
    expect(annotateProblems(commands, [inInput, ...problems])).toEqual({})
    expect(commands.of('error')).toHaveLength(9)
    expect(commands.of('error')[0]).toBe('[Image list] problem 1')
  })

  test('are the message itself where there is one alone', () => {
    const commands = recordCommands()
    expect(annotateProblems(commands, [problem(3)])).toEqual({ file: 'images.txt', line: 3 })
    expect(annotateProblems(commands, [inInput])).toEqual({})
    expect(commands.lines).toEqual([])
  })
})
