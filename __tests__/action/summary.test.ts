import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as fc from '../../testkit/property.ts'
import { renderSummary, writeSummary } from '../../src/action/summary.ts'
import { shortDigest } from '../../src/oci/digest.ts'
import { copied, digestA, digestB, failed, reportOf } from './results.ts'

/** As a reader sees it: without the elements, and with what was escaped. */
function textOf(markup: string): string {
  return markup
    .replaceAll(/<br>|<\/t[dh]>/g, ' ')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
}

/** The texts of the rows of the table under a heading. */
function rowsUnder(summary: string, heading: string): readonly string[] {
  const start = summary.indexOf(heading)
  expect(start).toBeGreaterThanOrEqual(0)
  const table = summary.slice(start, summary.indexOf('</table>', start))
  return table
    .split('\n')
    .filter((line) => line.startsWith('<tr>'))
    .map((line) => textOf(line).trim())
}

function inOrder(text: string, parts: readonly string[]) {
  const places = parts.map((part) => text.indexOf(part))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
}

const denied = {
  ...failed('ghcr.io/acme/broken:1'),
  error: { code: 'DENIED', message: 'access denied', hint: 'Ask for `write` access.' },
}

describe('the job summary', () => {
  test('begins with the totals', () => {
    const summary = renderSummary(
      reportOf([
        copied({ bytes: { copied: 1_000_000, mounted: 2_000_000, existing: 3_000_000 } }),
        copied({ status: 'unchanged', bytes: { copied: 0, mounted: 0, existing: 0 } }),
        copied({ status: 'skipped', bytes: { copied: 0, mounted: 0, existing: 0 } }),
        failed('ghcr.io/acme/a:1'),
      ]),
    )
    expect(summary.split('\n\n').slice(0, 2)).toEqual([
      '## Image sync: 1 failed, 1 copied, 1 skipped, 1 unchanged',
      '4 images in 5.0 s: 1.0 MB copied, 2.0 MB mounted, 3.0 MB there already.',
    ])
  })

  test('has a row for each image that was copied: where to, where from, digest, bytes, time', () => {
    const rows = rowsUnder(renderSummary(reportOf([copied()])), '### ✅ 1 copied')
    expect(rows).toEqual([
      'Status Image, from Digest Moved Time',
      `✅ copied ghcr.io/acme/alpine:3.20 from docker.io/library/alpine:3.20 ${shortDigest(digestA)} 3.4 MB 2.3 s`,
    ])
  })

  test('has a column for referrers where a run has asked for them', () => {
    const lost = [{ digest: digestB, artifactType: 'a/b', subject: digestA }]
    const referrers = { copied: 3, existing: 1, filtered: 2, lost }
    const none = { copied: 0, existing: 0, filtered: 0, lost: [] }
    const results = [
      copied({ referrers }),
      copied(),
      copied({ status: 'unchanged', referrers: { ...none, existing: 2 } }),
      copied({ status: 'unchanged', referrers: none }),
    ]
    const summary = renderSummary(reportOf(results))
    const rows = rowsUnder(summary, '### ✅ 2 copied')
    expect(rows[0]).toBe('Status Image, from Digest Moved Referrers Time')
    expect(rows[1]).toContain('3.4 MB 3 copied 1 there 2 not wanted 1 lost 2.3 s')
    expect(rows[2]).toContain('3.4 MB  2.3 s')
    const untouched = rowsUnder(summary, '<summary>2 unchanged')
    expect(untouched[0]).toBe('Image, from Digest Referrers')
    expect(untouched[1]).toMatch(/ 2 there$/)
    expect(untouched[2]).toMatch(/ none$/)
    const plan = renderSummary({ ...reportOf([copied({ referrers })]), dryRun: true })
    expect(rowsUnder(plan, '### 1 to copy')[1]).toContain('3 to copy 1 there')
  })

  test('has a column for who has signed where a run has asked for that', () => {
    const from = { rule: 2, digest: digestB, from: 'referrer' } as const
    const workflow = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1'
    const github = {
      ...from,
      kind: 'github',
      identity: workflow,
      sourceRepository: 'https://github.com/acme/app',
      sourceRef: 'refs/tags/v1',
    } as const
    const results = [
      copied({ verified: { ...from, kind: 'key' } }),
      copied({ verified: github }),
      copied({ verified: { ...from, kind: 'keyless', identity: `<b>${workflow}` } }),
      copied(),
      copied({ status: 'unchanged', verified: { ...from, kind: 'key' } }),
    ]
    const summary = renderSummary(reportOf(results))
    const rows = rowsUnder(summary, '### ✅ 4 copied')
    expect(rows[0]).toBe('Image, from Digest Moved Verified Time')
    expect(rows[1]).toContain('3.4 MB a key rule 2 2.3 s')
    expect(rows[2]).toContain('3.4 MB acme/app refs/tags/v1 rule 2 2.3 s')
    expect(rows[3]).toContain(`3.4 MB <b>${workflow} rule 2 2.3 s`)
    expect(rows[4]).toContain('3.4 MB  2.3 s')
    expect(rowsUnder(summary, '<summary>1 unchanged')[1]).toMatch(/ a key rule 2$/)
    const plan = renderSummary({ ...reportOf(results), dryRun: true })
    expect(rowsUnder(plan, '### 4 to copy')[0]).toBe('Plan Image, from To move Verified Platforms')
  })

  test('has the digests in full, each in one piece', () => {
    const summary = renderSummary(
      reportOf([copied(), copied({ status: 'unchanged', digest: digestB })]),
    )
    for (const digest of [digestA, digestB]) expect(summary.split(digest)).toHaveLength(2)
    expect(textOf(summary)).toContain(`ghcr.io/acme/alpine:3.20@${digestA}`)
  })

  test('folds the digests of many images', () => {
    expect(renderSummary(reportOf([copied()]))).toContain('<details open><summary>Digests')
    const many = Array.from({ length: 4 }, () => copied())
    expect(renderSummary(reportOf(many))).toContain('<details><summary>Digests')
  })

  test('has failures first, with code and reason, and the others in the order of the list', () => {
    const summary = renderSummary(
      reportOf([
        copied({ destination: 'ghcr.io/a:1' }),
        copied({ destination: 'ghcr.io/b:1' }),
        denied,
        copied({ destination: 'ghcr.io/c:1', status: 'unchanged' }),
      ]),
    )
    expect(rowsUnder(summary, '### ❌ 1 failed')).toEqual([
      'Image, from Reason',
      'ghcr.io/acme/broken:1 from docker.io/library/alpine:3.20 DENIED 1 access denied',
    ])
    inOrder(textOf(summary), ['ghcr.io/acme/broken:1', 'ghcr.io/a:1', 'ghcr.io/b:1', 'ghcr.io/c:1'])
  })

  test('says a hint once, below the failures that it is for', () => {
    const other = {
      ...failed('ghcr.io/acme/lost:1'),
      error: { code: 'NOT_FOUND', message: 'not found', hint: 'Check the spelling.' },
    }
    const without = failed('ghcr.io/acme/odd:1')
    const summary = renderSummary(reportOf([denied, other, denied, without]))
    const rows = rowsUnder(summary, '### ❌ 4 failed').slice(1)
    expect(rows.map((row) => / ([A-Z_]+ \d?)/.exec(row)?.[1])).toEqual([
      'DENIED 1',
      'NOT_FOUND 2',
      'DENIED 1',
      'DENIED ',
    ])
    expect(textOf(summary)).toContain(
      'What may help:\n\n1. Ask for write access.\n2. Check the spelling.\n',
    )
    expect(summary.split('Ask for')).toHaveLength(2)
  })

  test.each([
    [['rolledBack', 'untouched'], '**1 tag had moved and went back.**'],
    [['untouched', 'untouched'], '**No tag was moved.**'],
    [['left', 'rolledBack'], '**1 tag did not go back, 1 did: see results.**'],
  ] as const)(
    'says in a sentence what became of a set that did not go through: %j',
    (states, text) => {
      const [first, second] = states.map((state) => ({ tag: { state } }))
      const results = [
        { ...failed('ghcr.io/acme/api:v1'), ...first },
        copied({ status: 'skipped', error: { code: 'ABORTED', message: 'not moved' }, ...second }),
      ]
      expect(renderSummary(reportOf(results))).toContain(`\n\n${text}\n\n### `)
      expect(renderSummary(reportOf(results.slice(1)))).toContain('**')
      expect(renderSummary(reportOf([copied({ tag: { state: 'moved' } })]))).not.toContain('**')
    },
  )

  test('folds what was left as it is', () => {
    const skipped = copied({ status: 'skipped', previousDigest: digestB })
    const { digest: _, ...undone } = skipped
    const summary = renderSummary(reportOf([copied({ status: 'unchanged' }), undone]))
    inOrder(summary, [
      '<details><summary>1 skipped</summary>',
      '<details><summary>1 unchanged</summary>',
    ])
    expect(rowsUnder(summary, '<summary>1 skipped')[1]).toContain(shortDigest(digestB))
    expect(rowsUnder(summary, '<summary>1 unchanged')[1]).toContain(shortDigest(digestA))
  })

  test('says why an image was not even begun', () => {
    const error = { code: 'NOT_STARTED', message: 'not started: another image failed' }
    const { digest: _, ...undone } = copied({ status: 'skipped', error })
    expect(rowsUnder(renderSummary(reportOf([undone])), '1 skipped')[1]).toContain('another image')
  })

  test('says a warning once, and marks the images that it is about', () => {
    const warning = 'docker.io/library/alpine:3.20: the image lacks linux/arm64'
    const results = [
      copied({ destination: 'ghcr.io/a:1', warnings: [warning] }),
      copied({ destination: 'ghcr.io/b:1', warnings: [warning] }),
      copied({ destination: 'ghcr.io/c:1' }),
    ]
    const summary = renderSummary({ ...reportOf(results), warnings: [warning, 'no report'] })
    expect(textOf(summary)).toContain(`### ⚠️ 2 warnings\n\n- ${warning}\n- no report\n`)
    const rows = rowsUnder(summary, '### ✅ 3 copied').slice(1)
    expect(rows.map((row) => row.includes('⚠️'))).toEqual([true, true, false])
  })

  test('says once what new indexes do not have, and marks the images', () => {
    const notInIndex = 'annotations of the index (a, b)'
    const results = [copied({ notInIndex }), copied(), copied({ notInIndex, status: 'unchanged' })]
    const summary = renderSummary(reportOf(results))
    expect(textOf(summary)).toContain('\n- annotations of the index (a, b): 2 images\n')
    const rows = rowsUnder(summary, '### ✅ 2 copied').slice(1)
    expect(rows.map((row) => row.includes('ℹ️'))).toEqual([true, false])
  })

  test('has the pulls that are left', () => {
    const left = {
      registry: 'docker.io',
      login: 'anonymous',
      remaining: 7,
      limit: 100,
      windowSeconds: 21_600,
    }
    const summary = renderSummary({ ...reportOf([copied()]), pullsLeft: [left] })
    expect(textOf(summary)).toContain('docker.io (anonymous): 7 of 100 pulls left')
  })

  test.each([
    ['ghcr.io/acme/app:1', 'https://ghcr.io/acme/app'],
    ['docker.io/library/alpine:1', 'https://hub.docker.com/_/alpine'],
    ['docker.io/acme/app:1', 'https://hub.docker.com/r/acme/app'],
    ['quay.io/acme/app:1', 'https://quay.io/repository/acme/app'],
    ['registry.example.com/acme/app:1', undefined],
    ['***/acme/app:1', undefined],
  ])(
    'leads to the page of a package where its name tells which that is: %s',
    (destination, page) => {
      const link = /<a href="([^"]*)">/.exec(renderSummary(reportOf([copied({ destination })])))
      expect(link?.[1]).toBe(page)
    },
  )

  test('of a run with nothing to do says so', () => {
    const unchanged = copied({ status: 'unchanged' })
    const summary = renderSummary(reportOf([unchanged, unchanged]))
    expect(summary.split('\n\n').slice(0, 2)).toEqual([
      '## Image sync: nothing to do',
      '2 images in 5.0 s: all of them unchanged.',
    ])
    expect(renderSummary(reportOf([])).split('\n\n').slice(0, 3)).toEqual([
      '## Image sync: nothing to do',
      '0 images in 5.0 s.',
      '',
    ])
  })

  test('of a staged list says that no tag was moved', () => {
    const staged = renderSummary({ ...reportOf([copied()]), isStage: true })
    expect(staged).toContain('\n\nStaged by digest: no tag was moved. 1 image in ')
    expect(renderSummary(reportOf([copied()]))).not.toContain('Staged')
  })

  test('calls nobody and links nowhere in the words of a registry', () => {
    const words = 'annotations of the index (@octocat, #12, https://evil.example)'
    const warning = `ghcr.io/acme/app:1: what ${words} are`
    const summary = renderSummary({
      ...reportOf([
        copied({ notInIndex: words, warnings: [warning] }),
        copied({ status: 'skipped', error: { code: 'ABORTED', message: words } }),
      ]),
      warnings: [warning],
    })
    expect(textOf(summary).split(words)).toHaveLength(4)
    // GitHub goes through pieces of text, outside of code, when it has read what stands for a character.
    const pieces = summary
      .replaceAll(/<code>.*?<\/code>/g, '')
      .replaceAll('&#35;', '#')
      .split(/<[^>]+>/)
    for (const piece of pieces) expect(piece).not.toMatch(/@\w|#\d|:\/\/|www\./)
  })

  test('cannot be given markup by a registry', () => {
    const message =
      '</code></td></table>\n\n# [click](javascript:x) ![i](x) | `a` \\ <img src=x> & "q" *b* :x:'
    const summary = renderSummary(reportOf([failed('ghcr.io/acme/a:1', message)]))
    const cell = /<br><code>(.*?)<\/code><\/td>/.exec(summary)?.[1]?.replaceAll('<wbr>', '') ?? ''
    expect(cell).toContain('click')
    expect(cell).not.toMatch(/[<>"'`|[\]!\\*~]/)
    expect(cell).not.toMatch(/&(?!#\d+;)/)
    expect(summary.match(/<\/table>/g)).toHaveLength(1)
  })

  test('has no blank line in a table, so that Markdown stays out of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const summary = renderSummary(reportOf([failed('ghcr.io/acme/a:1', `\n\n${message}\n\n`)]))
        const table = summary.slice(summary.indexOf('<table>'), summary.indexOf('</table>'))
        expect(table).not.toMatch(/\n\s*\n/)
        expect(table.split('\n')).toHaveLength(4)
      }),
    )
  })
})

describe('the summary of a dry run', () => {
  const bytes = { copied: 48_200_000, mounted: 3_400_000, existing: 0 }
  const results = [
    copied({ destination: 'ghcr.io/new:1', bytes, missingPlatforms: ['linux/arm/v7'] }),
    copied({ destination: 'quay.io/old:1', bytes, previousDigest: digestB }),
    copied({
      destination: 'ghcr.io/same:1',
      status: 'unchanged',
      bytes: { ...bytes, copied: 0, mounted: 0 },
    }),
  ]
  const summary = renderSummary(reportOf(results, true))

  test('does not claim that anything was written', () => {
    expect(summary.split('\n\n').slice(0, 2)).toEqual([
      '## Image sync plan: 2 to copy, 1 unchanged',
      'Dry run: nothing was written. 3 images in 5.0 s: 96.4 MB to copy, 6.8 MB to mount.',
    ])
    expect(summary).not.toContain('✅')
  })

  test('says for each image whether it is new or what it replaces, the bytes, and the platforms', () => {
    const a = shortDigest(digestA)
    expect(rowsUnder(summary, '### 2 to copy')).toEqual([
      'Plan Image, from To move Platforms',
      `🆕 new ${a} ghcr.io/new:1 from docker.io/library/alpine:3.20 48.2 MB 3.4 MB to mount linux/amd64 lacks linux/arm/v7`,
      `${shortDigest(digestB)} → ${a} quay.io/old:1 from docker.io/library/alpine:3.20 48.2 MB 3.4 MB to mount linux/amd64`,
    ])
    expect(rowsUnder(summary, '<summary>1 unchanged')[1]).toContain('ghcr.io/same:1')
  })

  test('adds up the bytes of each registry', () => {
    expect(rowsUnder(summary, '<tr><th align="left">Registry')).toEqual([
      'Registry Images To copy To mount There already',
      'ghcr.io 1 48.2 MB 3.4 MB 0 B',
      'quay.io 1 48.2 MB 3.4 MB 0 B',
    ])
  })
})

describe('a summary of thousands of images', () => {
  const many = Array.from({ length: 2_000 }, (_, index) =>
    copied({ destination: `ghcr.io/acme/image-${index}:1` }),
  )
  const failures = Array.from({ length: 150 }, (_, index) =>
    failed(`ghcr.io/acme/lost-${index}:1`, 'm'.repeat(300)),
  )

  test('stays well below the limit of GitHub, with its failures whole', () => {
    const summary = renderSummary(reportOf([...many, ...failures]))
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(512 * 1024)
    expect(rowsUnder(summary, '### ❌ 150 failed')).toHaveLength(151)
    const rows = rowsUnder(summary, '### ✅ 2000 copied').length - 1
    expect(rows).toBeGreaterThan(800)
    expect(summary).toContain(`${2_000 - rows} more left out here`)
    expect(summary).toContain('## Image sync: 150 failed, 2000 copied')
  })

  test('does not make what it has no room for', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => [`linux/arch-${index}`, digestA])
    const platforms = Object.fromEntries(names) as Record<string, typeof digestA>
    const planned = Array.from({ length: 20_000 }, () => copied({ platforms }))
    // All of the names would take minutes, and more memory than there is.
    const summary = renderSummary(reportOf(planned, true))
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(512 * 1024)
  })

  test('has its failures whole also where each has a hint of its own', () => {
    const missing = Array.from({ length: 1_000 }, (_, index) => ({
      ...failed(`ghcr.io/acme/lost-${index}:1`),
      error: {
        code: 'NOT_FOUND',
        message: 'not found',
        hint: `create it: ${'c'.repeat(600)} ${index}`,
      },
    }))
    const summary = renderSummary(reportOf([...missing, ...many]))
    expect(rowsUnder(summary, '### ❌ 1000 failed')).toHaveLength(1_001)
    expect(summary.match(/create it/g)).toHaveLength(20)
    expect(summary).toContain('The log has 980 hints more.')
  })

  test('is whole where it fits', () => {
    const summary = renderSummary(reportOf(many.slice(0, 500)))
    expect(summary).not.toContain('left out here')
  })

  test('counts bytes, not characters, and drops even the only row when it has no room', () => {
    const report = reportOf([failed('ghcr.io/acme/a:1', '日'.repeat(400))])
    const whole = renderSummary(report)
    const cut = renderSummary(report, whole.length)
    expect(Buffer.byteLength(cut)).toBeLessThan(whole.length)
    expect(cut).toContain('1 more left out here')
    expect(cut).not.toContain('<table>')
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
