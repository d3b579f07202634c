import Range from 'semver/classes/range.js'
import compare from 'semver/functions/compare.js'
import SemVer from 'semver/classes/semver.js'

/** Longer than any range that somebody writes. */
const MAX_RANGE_LENGTH = 256

/** One to three numbers, with a `v` before and a pre-release behind them. */
const VERSION = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(-.+)?$/

/** A version as npm knows it, without a type of its library, which users of the package may not have. */
export interface Version {
  readonly version: string
}

/** Tells whether a version is in a range; undefined for a text that is no range in npm's notation. */
export function rangeOf(text: string): ((version: Version) => boolean) | undefined {
  if (text.length > MAX_RANGE_LENGTH) return undefined
  try {
    const range = new Range(text)
    return (version) => range.test(version.version)
  } catch {
    return undefined
  }
}

/** The version that a tag stands for, where it is one: numbers that are missing are 0. */
export function versionOf(tag: string): Version | undefined {
  const [whole, major = '', minor = '0', patch = '0', preRelease = ''] = VERSION.exec(tag) ?? []
  if (whole === undefined) return undefined
  const numbers = [major, minor, patch].map((digits) => digits.replace(/^0+(?=[0-9])/, ''))
  try {
    return new SemVer(numbers.join('.') + preRelease)
  } catch {
    // Numbers beyond counting, or a pre-release in characters that it may not have.
    return undefined
  }
}

/** Sorts from the oldest to the newest. */
export function compareVersions(a: Version, b: Version): number {
  return compare(a.version, b.version)
}
