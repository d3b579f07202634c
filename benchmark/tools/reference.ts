/** The parts of a `host/repository:tag` that the benchmark has put together itself. */
export function parseReference(text: string) {
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(text) ?? []
  if (host === undefined || repository === undefined || tag === undefined) {
    throw new Error(`${text} is no reference of the benchmark`)
  }
  return { host, repository, tag }
}
