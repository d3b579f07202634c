/**
 * Reads a file of `name=value` lines and `name<<delimiter` blocks, as the runner reads GITHUB_OUTPUT,
 * GITHUB_STATE and GITHUB_ENV. The last value of a name counts. Throws where the runner fails the step.
 */
export function parseFileCommand(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values[named(line.slice(0, equals), line)] = line.slice(equals + 1)
    } else if (heredoc >= 0) {
      const delimiter = line.slice(heredoc + 2)
      const end = lines.indexOf(delimiter, index + 1)
      if (delimiter === '' || end < 0) throw new Error(`no end of the value that ${line} begins`)
      values[named(line.slice(0, heredoc), line)] = lines.slice(index + 1, end).join('\n')
      index = end
    } else {
      throw new Error(`neither name=value nor name<<delimiter: ${line}`)
    }
  }
  return values
}

function named(name: string, line: string): string {
  if (name === '') throw new Error(`no name: ${line}`)
  return name
}
