import type { ProfileName } from './profiles.ts'
import type { Selection } from './results/measurement.ts'
import type { ShapeName } from './shapes.ts'
import { blobLimits, type LimitName } from './tools/tool.ts'

/** One thing that is to be measured, of every tool that can do it. */
export interface Step {
  readonly shape: ShapeName
  readonly profile: ProfileName
  readonly selection: Selection
  readonly runs: number
  /** What is measured in between of what the machine allows at best. */
  readonly limits?: readonly LimitName[]
}

const step = (
  shape: ShapeName,
  profile: ProfileName,
  runs = 1,
  selection: Selection = 'all',
): Step => ({ shape, profile, selection, runs })

const within = (limits: readonly LimitName[], one: Step): Step => ({ ...one, limits })

/** What answers every goal of docs/performance.md, and no more: it has to end within half an hour. */
export const wholePlan: readonly Step[] = [
  within(['looks', 'node'], step('noop-200', 'tls-rtt30', 3)),
  within(['node'], step('tiny', 'tls-rtt30', 3)),
  within(['node'], step('fanout', 'tls-rtt30', 3)),
  step('shared', 'tls-rtt30', 2),
  within(['node'], step('far', 'far60', 3)),
  within(['node'], step('far', 'far100', 2)),
  within([...blobLimits, 'node-pipe'], step('big', 'loopback', 3)),
  step('big', 'tls', 2),
  ...(['memory', 'memory-tls'] as const).flatMap((profile) => [
    step('unchanged-200', profile, 3),
    step('copied-200', profile, 3),
    step('unchanged-2000', profile),
    step('copied-2000', profile),
    step('unchanged-10000', profile),
    within(profile === 'memory' ? ['churn', 'held'] : [], step('copied-10000', profile)),
  ]),
  within(['looks', 'node'], step('noop-200', 'rtt30', 3)),
  within(['node'], step('tiny', 'rtt30', 3)),
  within(['node'], step('fanout', 'rtt30', 3)),
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
