import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { escapeMarkup, renderSummary, writeSummary } from '../../src/action/summary.ts'
import { shortDigest } from '../../src/oci/digest.ts'
import { copied, digestA, failed, reportOf } from './results.ts'

describe('the job summary', () => {
  test('is one table with a row for each destination', () => {
    const summary = renderSummary(reportOf([copied()]))
    expect(summary.match(/<table>/g)).toHaveLength(1)
    for (const part of [
      'docker.io/library/alpine:3.20',
      'ghcr.io/acme/alpine:3.20',
      shortDigest(digestA),
      'linux/amd64',
      '3.4 MB',
      'copied',
      '2.3 s',
    ]) {
      expect(summary).toContain(part)
    }
    expect(summary).not.toContain(digestA)
  })

  test('shows failures first, with their message and hint, and the others in the order of the list', () => {
    const broken = {
      ...failed('ghcr.io/acme/broken:1'),
      error: { code: 'DENIED', message: 'access denied', hint: 'Ask for access.' },
    }
    const summary = renderSummary(
      reportOf([
        copied({ destination: 'ghcr.io/a:1' }),
        copied({ destination: 'ghcr.io/b:1' }),
        broken,
      ]),
    )
    const places = [
      'ghcr.io/acme/broken:1',
      'access denied',
      'Ask for access.',
      'ghcr.io/a:1',
      'ghcr.io/b:1',
    ]
    const found = places.map((text) => summary.indexOf(text))
    expect(found).not.toContain(-1)
    expect(found).toEqual(found.toSorted((a, b) => a - b))
  })

  test('ends with the totals', () => {
    const summary = renderSummary(
      reportOf([
        copied({ bytes: { copied: 1_000_000, mounted: 2_000_000, existing: 3_000_000 } }),
        copied({ status: 'unchanged' }),
        copied({ status: 'skipped' }),
        failed('ghcr.io/acme/a:1'),
      ]),
    )
    expect(summary.trimEnd().split('\n').at(-1)).toBe(
      '**4 images**: 1 failed, 1 copied, 1 unchanged, 1 skipped. ' +
        'Moved: 7.8 MB, 2.0 MB mounted, 3.0 MB already there. Time: 5.0 s.',
    )
  })

  test('of a dry run does not claim that anything was written', () => {
    const summary = renderSummary(reportOf([copied(), copied({ status: 'skipped' })], true))
    expect(summary).toContain('Dry run: nothing was written.')
    expect(summary).toContain('would be copied')
    expect(summary).toContain('would be skipped')
    expect(summary).not.toMatch(/✅ copied/)
  })

  test('of no images has no table', () => {
    const summary = renderSummary(reportOf([]))
    expect(summary).not.toContain('<table>')
    expect(summary).toContain('**0 images**')
  })

  test('cannot be given markup by a registry', () => {
    const message =
      '</code></td></table>\n\n# [click](javascript:x) ![i](x) | `a` \\ <img src=x> & "q" *b* :x:'
    const summary = renderSummary(reportOf([failed('ghcr.io/acme/a:1', message)]))
    const cell = /<br><code>(.*?)<\/code>/.exec(summary)?.[1] ?? ''
    expect(cell).toContain('click')
    expect(cell).not.toMatch(/[<>"'`|[\]!\\*~]/)
    expect(cell).not.toMatch(/&(?!#\d+;)/)
    expect(summary.match(/<\/table>/g)).toHaveLength(1)
  })

  test('has no blank line in its table, so that Markdown stays out of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const summary = renderSummary(reportOf([failed('ghcr.io/acme/a:1', `\n\n${message}\n\n`)]))
        const table = summary.slice(summary.indexOf('<table>'), summary.indexOf('</table>'))
        expect(table).not.toMatch(/\n\s*\n/)
        expect(table.split('\n')).toHaveLength(4)
      }),
    )
  })

  test('stays well below the limit of GitHub, and says how much was left out', () => {
    const results = Array.from({ length: 6000 }, (_, index) =>
      copied({ destination: `ghcr.io/acme/image-${index}:1` }),
    )
    const summary = renderSummary(reportOf([...results, failed('ghcr.io/acme/broken:1')]))
    expect(Buffer.byteLength(summary)).toBeLessThan(600 * 1024)
    expect(summary).toContain('ghcr.io/acme/broken:1')
    const rows = (summary.match(/<tr>/g)?.length ?? 0) - 1
    expect(rows).toBeGreaterThan(1000)
    expect(summary).toContain(`${6001 - rows} rows left out here`)
    expect(summary).toContain('**6001 images**')
  })

  test('counts bytes, not characters, and drops even the only row when it has no room', () => {
    const report = reportOf([failed('ghcr.io/acme/a:1', '日'.repeat(400))])
    const whole = renderSummary(report)
    const cut = renderSummary(report, whole.length)
    expect(Buffer.byteLength(cut)).toBeLessThan(whole.length)
    expect(cut).toContain('1 row left out here')
    expect(cut).not.toContain('<table>')
  })
})

describe('escaped text', () => {
  test('means itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const escaped = escapeMarkup(text)
        expect(escaped.replaceAll(/&#\d+;/g, '')).not.toMatch(/[<>&"'`|[\]!\\*#~$^{}]/)
        const decoded = escaped.replaceAll(/&#(\d+);/g, (_, code) =>
          String.fromCodePoint(Number(code)),
        )
        expect(decoded).toBe(text)
      }),
    )
  })

  test('leaves references readable', () => {
    const reference = 'ghcr.io:443/acme/my_app-x.y/z:v1.2_3@sha256:0123'
    expect(escapeMarkup(reference)).toBe(reference)
  })
})

describe('writing the summary', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'summary-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test('adds to the file of the runner', () => {
    const file = join(folder, 'summary.md')
    writeFileSync(file, 'before\n')
    writeSummary('after\n', file)
    expect(readFileSync(file, 'utf8')).toBe('before\nafter\n')
  })

  test('is no failure where there is no such file, or none that can be written', () => {
    for (const file of [undefined, '', folder]) {
      expect(() => writeSummary('text', file)).not.toThrow()
    }
  })
})
