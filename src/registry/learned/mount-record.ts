/**
 * A registry that has not mounted any of so many blobs does not do it at all (Q06). Each of them may
 * have cost a token that was refused.
 */
const MAX_MISSES = 3

/** How mounts from other repositories of one registry have gone, as one identity. */
export class MountRecord {
  #misses = 0
  #hasWorked = false

  /** Whether another one is worth a try. */
  get isWorthTrying(): boolean {
    return this.#hasWorked || this.#misses < MAX_MISSES
  }

  /** Whether one has been mounted already. */
  get hasWorked(): boolean {
    return this.#hasWorked
  }

  /** Takes in whether a blob was mounted. */
  note(mounted: boolean): void {
    if (mounted) this.#hasWorked = true
    else this.#misses++
  }
}
