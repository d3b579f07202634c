/** One finding of a check, at a place that a reader can open. */
export interface Problem {
  /** Path relative to the repository, with forward slashes. */
  readonly file: string
  /** 1-based; 0 where the finding is about the file as a whole. */
  readonly line: number
  readonly message: string
}

export function formatProblem({ file, line, message }: Problem): string {
  return line === 0 ? `${file}: ${message}` : `${file}:${line}: ${message}`
}
