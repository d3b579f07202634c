import { generateKeyPairSync } from 'node:crypto'
import { buildImage, type BuiltImage } from '../../testkit/image/image.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { tagOf } from '../../testkit/image/referrers.ts'
import type { TestRegistry } from '../../testkit/registry/registry.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import {
  cosignDocument,
  keyBundle,
  statementOf,
  storedBundle,
} from '../../testkit/signing/bundles.ts'
import { signatureOf } from '../../testkit/signing/signature.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const { privateKey } = pair
const key = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
/** The signature of an image, as it lies beside it. */
export function signedBundle(subject: BuiltImage): BuiltImage {
  return storedBundle(subject, keyBundle(privateKey, statementOf(subject.manifest)))
}

/** Cosign's old form, under its tag. */
export function giveOldSignature(registry: TestRegistry, subject: BuiltImage): void {
  const document = cosignDocument(subject.manifest.digest)
  const signature = signatureOf(privateKey, document).toString('base64')
  const signed = buildImage({
    layers: [
      {
        bytes: document.toString(),
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        annotations: { 'dev.cosignproject.cosign/signature': signature },
      },
    ],
  })
  pushTo(registry.store, 'acme/app', tagOf(subject, 'sig'), signed)
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
