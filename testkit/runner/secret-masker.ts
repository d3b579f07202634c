/** Replaces secrets in text as the runner does before it shows or stores a line. */
export class SecretMasker {
  readonly #values = new Set<string>()

  /** A value of several lines is masked as a whole and line by line. Blank values are not masked. */
  add(secret: string) {
    for (const value of [secret, ...secret.split(/\r?\n/)]) {
      if (value.trim() === '') continue
      for (const form of formsOf(value)) this.#values.add(form)
    }
  }

  /** Secrets that overlap or touch become one `***`. */
  mask(text: string): string {
    const found = [...this.#values].flatMap((value) => occurrences(text, value))
    found.sort((a, b) => a.start - b.start)
    let masked = ''
    let end = 0
    let isOpen = false
    for (const { start, stop } of found) {
      if (!isOpen || start > end) {
        masked += `${text.slice(end, start)}***`
        isOpen = true
      }
      end = Math.max(end, stop)
    }
    return masked + text.slice(end)
  }
}

/** The spellings that the runner knows of one secret. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const forms = [
    value,
    ...[0, 1, 2].map((shift) =>
      bytes.subarray(bytes.length > shift ? shift : 0).toString('base64'),
    ),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    xmlEscaped(value),
    value.replace(/^"+|"+$/g, ''),
  ]
  return forms.filter((form) => form.trim() !== '')
}

function xmlEscaped(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
}

function occurrences(text: string, value: string): { start: number; stop: number }[] {
  const found: { start: number; stop: number }[] = []
  for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
    found.push({ start, stop: start + value.length })
  }
  return found
}
