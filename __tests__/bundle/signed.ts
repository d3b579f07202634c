import { generateKeyPairSync } from 'node:crypto'
import type { BuiltImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { tagOf } from '../../testkit/image/referrers.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import {
  keyBundle,
  statementOf,
  storedBundle,
  storedSignature,
} from '../../testkit/signing/bundles.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const { privateKey } = pair
const key = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
/** The signature of an image, as it lies beside it. */
export function signedBundle(subject: BuiltImage): BuiltImage {
  return storedBundle(subject, keyBundle(privateKey, statementOf(subject.manifest)))
}

/** Cosign's old form, under its tag. */
export function giveOldSignature(registry: TestRegistry, subject: BuiltImage): void {
  pushTo(registry.store, 'acme/app', tagOf(subject, 'sig'), storedSignature(privateKey, subject))
}

function indented(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n  ')
}

/** For whatever is signed here. */
export const keyRule = `key: |\n  ${indented(key)}`

/** Promotes acme/app:v1 by the rule. */
export async function promote(
  { source, destination }: { source: TestRegistry; destination: TestRegistry },
  inputs: Readonly<Record<string, string>> = {},
) {
  return runAction({
    inputs: {
      images: `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`,
      verify: keyRule,
      retries: '0',
      ...inputs,
    },
  })
}

export function writesTo(registry: TestRegistry) {
  return registry.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')
}
