import { check } from './demo-promise.ts'
import { heading, quoteLines, say } from './demo-text.ts'
import { buildImage } from './image/image.ts'
import { pushTo } from './image/push.ts'
import { replyWith } from './registry/faults.ts'
import { TestRegistry } from './registry/registry.ts'
import type { ActionResult } from './runner/action-runner.ts'

const NAMES = ['api', 'web', 'worker'] as const

type RunStep = (
  inputs: Readonly<Record<string, string>>,
  exitCode?: number,
) => Promise<Pick<ActionResult, 'annotations' | 'log'>>

/** A release of three images to two registries, one of which refuses one tag at first. */
export async function releaseTogether(runStep: RunStep) {
  await using source = await TestRegistry.start()
  await using first = await TestRegistry.start()
  await using second = await TestRegistry.start()
  for (const name of NAMES) {
    pushTo(source.store, `acme/${name}`, 'v2', imageOf(name, 'v2'))
    for (const { store } of [first, second]) {
      pushTo(store, `prod/${name}`, 'live', imageOf(name, 'v1'))
    }
  }
  const images = NAMES.map(
    (name) =>
      `${source.host}/acme/${name}:v2 => ` +
      `${first.host}/prod/${name}:live ${second.host}/prod/${name}:live`,
  )
  const inputs = { images: images.join('\n'), 'all-or-nothing': 'true', summary: 'false' }

  heading('A release of three images to two registries, with `all-or-nothing: true`')
  const refusal = second.fault(
    { method: 'PUT', path: '/v2/prod/web/manifests/live' },
    replyWith(403),
  )
  say(`  ${second.host} refuses to move one of the six tags:`, '')
  const refused = await runStep(inputs, 1)
  quoteLines(refused.log.filter((line) => /moving|go back/.test(line)))
  quoteLines(refused.annotations.map(({ message }) => message).slice(-1))
  for (const { store } of [first, second]) check(shows(store, 'v1'), 'no tag should have moved')

  refusal.remove()
  say('', '  The same step once more, when it is let:', '')
  const { log } = await runStep(inputs)
  quoteLines(log.filter((line) => /moving| images in /.test(line)))
  for (const { store } of [first, second]) check(shows(store, 'v2'), 'all tags should have moved')
  say('', '  Each of the six tags shows v1 after the first, and v2 after the second.')
}

function imageOf(name: string, version: string) {
  return buildImage({ config: { author: 'demo' }, layers: [{ files: { name, version } }] })
}

function shows(store: TestRegistry['store'], version: string): boolean {
  return NAMES.every(
    (name) => store.tag(`prod/${name}`, 'live') === imageOf(name, version).manifest.digest,
  )
}
