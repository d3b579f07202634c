import type { Course } from './courses.ts'
import type { Login, Policy } from './scenario.ts'

/** What is to be run: a list of images and all that goes with it, hosts included. */
export interface Job {
  readonly seed: number
  /** Full references. */
  readonly pairs: readonly { readonly source: string; readonly destination: string }[]
  readonly policy: Policy
  readonly course: Course
  /** PEM of the public key that has to have signed every image, if one has. */
  readonly key: string | undefined
  /** To be called when everything is staged, and no tag is to have moved. */
  readonly onStaged: () => void
  readonly source: { readonly host: string; readonly login: Login | undefined }
  readonly destination: { readonly host: string; readonly login: Login | undefined }
  /** Milliseconds since the epoch, from which the run's own clock goes on. */
  readonly clock: { now: number }
}

export interface JobResult {
  readonly source: string
  readonly destination: string
  readonly status: string
  readonly digest?: string
  readonly previousDigest?: string
  readonly tag?: { readonly state: string; readonly digest?: string }
  readonly referrers?: {
    readonly copied: number
    readonly existing: number
    readonly lost: readonly unknown[]
  }
  readonly verified?: { readonly digest: string }
  readonly error?: { readonly code: string; readonly message: string }
}

export interface Outcome {
  /** In the order of the pairs. */
  readonly results: readonly JobResult[]
  /** Everything that was let out anywhere, before a runner would mask it. */
  readonly told: string
  /** What was found wrong by whoever ran it. */
  readonly problems: readonly string[]
}

/** Runs a job to its end. */
export type Subject = (job: Job) => Promise<Outcome>

/** What the fuzz test is about. */
export interface Subjects {
  /** In this process, on a clock of its own. */
  readonly run: Subject
  /** As a runner starts it. */
  readonly step: Subject
}
