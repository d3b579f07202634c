import type { BuiltImage } from '../image/image.ts'
import { allImages } from '../image/multi-platform.ts'
import { isLiedTo } from './belonging-witness.ts'
import type { Pair, Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'
import type { JobResult } from './subject.ts'

/** Whether an image may be copied: without rules all may. */
export function isTrusted({ rules }: Scenario, bytes: Buffer): boolean {
  return rules === undefined || rules.trusted.some(({ manifest }) => manifest.bytes.equals(bytes))
}

/** What was written of images that nobody has signed whom the rules name. */
export function rulesWriteProblems({ destination }: Stage, scenario: Scenario): string[] {
  const { rules, pairs, earlier } = scenario
  if (rules === undefined) return []
  const known = partsOf([...rules.trusted, ...earlier.map(({ image }) => image)])
  const refused = partsOf(pairs.map(({ image }) => image)).filter((part) => !known.includes(part))
  return destination.saboteur.observations.flatMap(({ request: { method, path }, body }) => {
    if (method !== 'PUT' || !path.includes('/manifests/')) return []
    return refused.includes(Buffer.concat(body).toString())
      ? [`wrote ${path}, which is not trusted`]
      : []
  })
}

function partsOf(images: readonly BuiltImage[]): string[] {
  return images.flatMap((image) => allImages(image).map(textOf))
}

function textOf({ manifest }: BuiltImage): string {
  return manifest.bytes.toString()
}

/** What a result says of trust, and is not so. */
export function rulesResultProblems(
  { source }: Stage,
  { rules }: Scenario,
  { image }: Pair,
  { status, verified, error }: JobResult,
): string[] {
  const isIn = ['copied', 'unchanged'].includes(status)
  if (rules === undefined) return []
  if (isIn && verified === undefined) return ['says nothing of who has signed it']
  const isRefused = error?.code === 'UNTRUSTED' && rules.trusted.includes(image)
  // A registry that fails says nothing about signatures; one that lies may hide them.
  const isExcused = isLiedTo(source, () => true)
  return isRefused && !isExcused ? ['it is signed, and was refused'] : []
}
