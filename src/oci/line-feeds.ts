/** The text with the line breaks that parsers of YAML know: to them, a carriage return alone ends no line. */
export function withLineFeeds(text: string): string {
  return text.replaceAll(/\r(?!\n)/g, '\n')
}
