import { describe, expect, test } from '@jest/globals'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { pushOverHttp } from '../../testkit/image/push.ts'
import { buildReferrersIndex, tagOf } from '../../testkit/image/referrers.ts'
import { digestOf } from '../../testkit/registry/content.ts'
import { play, shrink } from '../../testkit/fuzz/play.ts'
import { scenarioOf, type Scenario } from '../../testkit/fuzz/scenario.ts'
import type { Job, JobResult, Outcome, Subject } from '../../testkit/fuzz/subject.ts'
import { subjects } from './subjects.ts'

/** Scenarios of the first seeds, as far as somebody has looked, at registries that let everybody in. */
const open: Scenario[] = []
let seen = 0

/** The first seed that is like that, at a registry that lets everybody in. */
function seedWhere(isLikeThat: (scenario: Scenario) => boolean): number {
  let found = open.find(isLikeThat)
  while (found === undefined && seen < 10_000) {
    seen += 1
    const scenario = scenarioOf(seen)
    const { asStep, oneRegistry, sourceLogin, destinationLogin } = scenario
    if (asStep || oneRegistry || sourceLogin !== undefined) continue
    if (destinationLogin !== undefined) continue
    open.push(scenario)
    if (isLikeThat(scenario)) found = scenario
  }
  if (found === undefined) throw new Error('no seed is like that')
  return found.seed
}

function hasLogins({ oneRegistry, sourceLogin, asStep }: Scenario): boolean {
  return !oneRegistry && !asStep && sourceLogin !== undefined
}

const anySeed = seedWhere(() => true)
const honest = { without: [], only: new Set<string>() }

/** What is found wrong with a run that does that, and with nothing spoilt. */
async function problemsWith(subject: Subject, seed = anySeed): Promise<string> {
  const { problems } = await play(seed, { run: subject, step: subject }, honest)
  return problems.join('\n')
}

function resultsOf(job: Job, result: Partial<JobResult>): Outcome {
  const results = job.pairs.map((pair) => ({ ...pair, status: 'failed', ...result }))
  return { results, told: '', problems: [] }
}

const failure = { error: { code: 'NETWORK', message: 'it broke' } }

/** Some image has signatures, and nothing is in the way of copying them. */
function isSigned({ belongings, earlier, foreign, pairs: [first], policy }: Scenario): boolean {
  const { referrers = new Map() } = (first && belongings.get(first.image)) ?? {}
  const isAsked = policy.referrers === 'all' && policy.platforms === 'all' && !policy.dryRun
  const isFree = earlier.length === 0 && foreign.length === 0
  return isAsked && isFree && referrers.size > 0 && first?.destination.tag !== undefined
}

/** The first image is signed by nobody, and has to be. */
function isUnsigned({ rules, pairs: [first], earlier, policy }: Scenario): boolean {
  const isNew = first?.destination.tag !== undefined && earlier.length === 0 && !policy.dryRun
  if (rules === undefined || !isNew || policy.platforms !== 'all') return false
  return !rules.trusted.includes(first.image)
}

const looksAtNoSignature: Subject = async (job) => subjects.run({ ...job, key: undefined })

function isLong(image: BuiltImage | undefined): boolean {
  return image?.manifest.digest.startsWith('sha512:') === true
}

/** Somebody else has signatures at the destination. */
function isListed({ foreign: [first] }: Scenario): boolean {
  return (first?.belongings.referrers.size ?? 0) > 0
}

const leavesBehind: Subject = async (job) =>
  subjects.run({ ...job, policy: { ...job.policy, referrers: 'none' } })

const bringsLate: Subject = async (job) => {
  await leavesBehind(job)
  return subjects.run(job)
}

/** Tells the password of the source, and sends it to the destination. */
const leaks: Subject = async (job) => {
  const { username = '', password = '' } = job.source.login ?? {}
  const text = Buffer.from(`${username}:${password}`).toString('base64')
  const headers = { authorization: `Basic ${text}` }
  await (await fetch(`http://${job.destination.host}/v2/`, { headers })).arrayBuffer()
  return { ...resultsOf(job, failure), told: `it was ${password}` }
}

/** Fails where one of many requests goes wrong. */
const cannotBear: Subject = async (job) => {
  const { host } = job.source
  for (let number = 0; number < 200; number++) {
    const url = `http://${host}/v2/?number=${number}`
    const ok = await fetch(url).then(
      ({ status }) => status === 200,
      () => false,
    )
    if (!ok) return { ...resultsOf(job, failure), problems: ['one went wrong'] }
  }
  return resultsOf(job, failure)
}

async function pushAs(reference: string | undefined, image: BuiltImage) {
  const [, host = '', repository = '', tag] = /^([^/]+)\/(.+):(.+)$/.exec(reference ?? '') ?? []
  await pushOverHttp(`http://${host}`, repository, tag, image)
}

/** One image for one platform, and with tags; nothing but the wanted platforms is copied. */
function isOneImage({ pairs: [first, ...others], policy: { platforms } }: Scenario): boolean {
  if (first === undefined || others.length > 0 || platforms === 'all') return false
  const { image, source, destination } = first
  return image.children.length === 0 && source.tag !== undefined && destination.tag !== undefined
}

const opensUpload: Subject = async (job) => {
  const url = `http://${job.destination.host}/v2/mirror/app0/blobs/uploads/`
  await (await fetch(url, { method: 'POST' })).arrayBuffer()
  return resultsOf(job, failure)
}

const sendsOtherBytes: Subject = async (job) => {
  const url = `http://${job.destination.host}/v2/mirror/app0/manifests/sha256:${'1'.repeat(64)}`
  await (await fetch(url, { method: 'PUT', body: '{}' })).arrayBuffer()
  return resultsOf(job, failure)
}

describe('What the fuzz test looks for is found:', () => {
  test('nothing, where nothing is spoilt and the action does its work', async () => {
    expect(await problemsWith(subjects.run)).toBe('')
  })

  test('nothing, where all have failed and nothing was done', async () => {
    expect(await problemsWith((job) => Promise.resolve(resultsOf(job, failure)))).toBe('')
  })

  test('a copy that did not happen', async () => {
    const digest = `sha256:${'0'.repeat(64)}`
    const lie: Subject = (job) => Promise.resolve(resultsOf(job, { status: 'copied', digest }))
    expect(await problemsWith(lie)).toMatch(/\(copied\): the destination has/)
  })

  test('another image than the one that was wanted', async () => {
    const seed = seedWhere(({ pairs }) => pairs[0]?.destination.tag !== undefined)
    const { repository = '', tag } = scenarioOf(seed).pairs[0]?.destination ?? {}
    const wrong: Subject = async (job) => {
      const image = buildImage({ annotations: { 'acme.note': 'of nobody' } })
      await pushOverHttp(`http://${job.destination.host}`, repository, tag, image)
      return resultsOf(job, failure)
    }
    const problems = await problemsWith(wrong, seed)
    expect(problems).toMatch(/has sha256:.*, and only .* is right/)
    expect(problems).toContain('(failed): the tag was moved')
  })

  test('an image that stays where it is, of which the source was not asked', async () => {
    const seed = seedWhere(isOneImage)
    const image = scenarioOf(seed).pairs[0]?.image ?? buildImage()
    const asksNobody: Subject = async (job) => {
      await pushAs(job.pairs[0]?.destination, image)
      return resultsOf(job, { status: 'unchanged', digest: image.manifest.digest })
    }
    expect(await problemsWith(asksNobody, seed)).toMatch(/\(unchanged\): .* is not one of/)
  })

  test('nothing, where one stays that the source has answered instead', async () => {
    const image = buildImage({ platform: 'linux/s390x' })
    const findsAnother: Subject = async (job) => {
      await pushAs(job.pairs[0]?.source, image)
      await pushAs(job.pairs[0]?.destination, image)
      return subjects.run(job)
    }
    const subject = { run: findsAnother, step: findsAnother }
    const { problems, statuses } = await play(seedWhere(isOneImage), subject, honest)
    expect(statuses).toEqual(['unchanged'])
    expect(problems.join('\n')).not.toContain('is not one of')
  })

  test('nothing, where a tag shows by a longer digest what it is to show', async () => {
    const seed = seedWhere(({ earlier: [first] }) => isLong(first?.image))
    const { repository = '', tag = '', image = buildImage() } = scenarioOf(seed).earlier[0] ?? {}
    const result = { status: 'unchanged', digest: digestOf(image.manifest.bytes) }
    const problems = await problemsWith((job) => Promise.resolve(resultsOf(job, result)), seed)
    expect(problems).not.toContain(`${repository}:${tag} (unchanged): the destination has`)
    expect(problems).toContain(`${repository}:${tag} (unchanged): nothing before, in truth sha512:`)
  })

  test('what a tag showed that nobody may look at', async () => {
    const seed = seedWhere(({ habit, earlier }) => habit === 'hides tags' && earlier.length > 0)
    const { digest = '' } = scenarioOf(seed).earlier[0]?.image.manifest ?? {}
    const result = { status: 'unchanged', digest, previousDigest: digest }
    const knows: Subject = (job) => Promise.resolve(resultsOf(job, result))
    expect(await problemsWith(knows, seed)).toContain(`${digest} before, in truth nothing`)
  })

  test('what belongs to an image and stayed behind', async () => {
    const seed = seedWhere(isSigned)
    const problems = await problemsWith(leavesBehind, seed)
    expect(problems).toMatch(/belongs to sha256:\w+, is not there/)
    expect(problems).toContain('says too little or too much of referrers')
  })

  test('what belongs to an image and came after its tag', async () => {
    const seed = seedWhere(isSigned)
    expect(await problemsWith(bringsLate, seed)).toMatch(
      /belongs to sha256:\w+, came after the tag/,
    )
  })

  test('a list from which something is gone, or that nobody reads', async () => {
    for (const [hasApi, words] of [
      [false, 'is gone from it'],
      [true, 'it was written in spite of the API'],
    ] as const) {
      const seed = seedWhere(
        (scenario) => isListed(scenario) && scenario.destinationOptions.referrers === hasApi,
      )
      const { repository = '', belongings } = scenarioOf(seed).foreign[0] ?? {}
      const [subject = buildImage()] = belongings?.referrers.keys() ?? []
      const overwrites: Subject = async (job) => {
        const url = `http://${job.destination.host}`
        await pushOverHttp(url, repository, tagOf(subject), buildReferrersIndex([]))
        return resultsOf(job, failure)
      }
      expect(await problemsWith(overwrites, seed)).toContain(words)
    }
  })

  test('an image that nobody has signed, and one of which nothing is said', async () => {
    const problems = await problemsWith(looksAtNoSignature, seedWhere(isUnsigned))
    expect(problems).toMatch(/has sha256:.*, and only nothing is right/)
    expect(problems).toMatch(/wrote .*, which is not trusted/)
    expect(problems).toContain('says nothing of who has signed it')
  })

  test('an image that is refused, and is signed', async () => {
    const error = { code: 'UNTRUSTED', message: 'nobody has signed it' }
    const refuses: Subject = (job) => Promise.resolve(resultsOf(job, { error }))
    const seed = seedWhere(({ rules }) => (rules?.trusted.length ?? 0) > 0)
    expect(await problemsWith(refuses, seed)).toContain('it is signed, and was refused')
  })

  test('a write in a dry run', async () => {
    const seed = seedWhere(({ policy }) => policy.dryRun)
    expect(await problemsWith(opensUpload, seed)).toContain(
      'wrote POST /v2/mirror/app0/blobs/uploads/',
    )
  })

  test('bytes sent under a digest that is not theirs', async () => {
    expect(await problemsWith(sendsOtherBytes)).toContain('another manifest was sent as sha256:111')
  })

  test('a secret that is told, or sent to the other registry', async () => {
    let seed = 1
    while (!hasLogins(scenarioOf(seed))) seed++
    const problems = await problemsWith(leaks, seed)
    expect(problems).toContain("the source's password is in what was let out: it was [here]")
    expect(problems).toMatch(/the source's password was sent to localhost:\d+/)
  })

  test('an error that nobody caught, and one of nobody', async () => {
    expect(await problemsWith(() => Promise.reject(new Error('so it ends')))).toContain(
      'the run threw: Error: so it ends',
    )
    const internal = { error: { code: 'INTERNAL', message: 'x is undefined' } }
    expect(await problemsWith((job) => Promise.resolve(resultsOf(job, internal)))).toContain(
      "an error of nobody's: x is undefined",
    )
  })
})

describe('A seed', () => {
  test('gives the same scenario and the same mutations every time', async () => {
    const seed = seedWhere(({ sabotage }) => sabotage.source.rate > 0.1)
    const keysOf = async () => {
      const { mutations } = await play(seed, subjects)
      return mutations.map(({ kind, key }) => `${kind} ${key}`).toSorted()
    }
    const keys = await keysOf()
    expect(keys).not.toEqual([])
    expect(await keysOf()).toEqual(keys)
  })

  test('that fails is brought down to the mutations that it takes', async () => {
    const seed = seedWhere(({ sabotage: { source } }) => {
      return source.rate > 0.1 && source.focus === 'all' && source.kinds.includes('status')
    })
    const failing = { run: cannotBear, step: cannotBear }
    const all = await play(seed, failing)
    expect(all.problems).toContain('one went wrong')
    const least = await shrink(all, failing)
    expect(least.problems).toContain('one went wrong')
    expect(least.mutations).toHaveLength(1)
  })
})
