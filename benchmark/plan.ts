import type { ProfileName } from './profiles.ts'
import type { Selection } from './results/measurement.ts'
import type { ShapeName } from './shapes.ts'

/** One thing that is to be measured, of every tool that can do it. */
export interface Step {
  readonly shape: ShapeName
  readonly profile: ProfileName
  readonly selection: Selection
  readonly runs: number
  /** What the machine allows at best is measured in between. */
  readonly hasLimits?: boolean
}

const step = (
  shape: ShapeName,
  profile: ProfileName,
  runs = 1,
  selection: Selection = 'all',
): Step => ({ shape, profile, selection, runs })

/** What answers every goal of docs/performance.md, and no more: it has to end within half an hour. */
export const wholePlan: readonly Step[] = [
  { ...step('noop-200', 'tls-rtt30', 3), hasLimits: true },
  step('tiny', 'tls-rtt30', 3),
  step('fanout', 'tls-rtt30', 3),
  step('shared', 'tls-rtt30', 2),
  step('far', 'far60', 2),
  step('far', 'far100', 2),
  { ...step('big', 'loopback', 2), hasLimits: true },
  step('big', 'tls', 2),
  ...(['memory', 'memory-tls'] as const).flatMap((profile) => [
    step('unchanged-200', profile, 3),
    step('copied-200', profile, 3),
    step('unchanged-2000', profile),
    step('copied-2000', profile),
    step('unchanged-10000', profile),
    { ...step('copied-10000', profile), hasLimits: profile === 'memory' },
  ]),
  { ...step('noop-200', 'rtt30', 3), hasLimits: true },
  step('tiny', 'rtt30', 2),
  step('fanout', 'rtt30', 2),
  step('shared', 'rtt30'),
  step('big', 'counted'),
  step('many-layers', 'counted'),
  step('half', 'counted'),
  step('retag', 'counted'),
  step('noop', 'counted'),
  step('tiny', 'flaky'),
  step('many-layers', 'flaky'),
  step('tiny', 'auth'),
  step('signed', 'rtt30', 2),
  step('signed-again', 'rtt30', 2),
  ...(['tiny', 'shared', 'big', 'many-layers', 'fanout', 'noop', 'half', 'retag'] as const).map(
    (shape) => step(shape, 'counted', 1, 'two'),
  ),
]

/** Requests differ from one kind of registry to the next; where the time goes does not. */
export const requestsPlan: readonly Step[] = (
  [
    'tiny',
    'shared',
    'many-layers',
    'fanout',
    'half',
    'retag',
    'noop',
    'signed',
    'signed-again',
  ] as const
).map((shape) => step(shape, 'counted'))
