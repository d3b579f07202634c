import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Answer } from './answer.ts'

type Decoder = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Buffer

/** Those of RFC 9110, 8.4.1, and what gateways have beside them. */
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
])

/** Whether an answer says that its bytes are compressed. */
export function isEncoded(answer: Pick<Answer, 'headers'>): boolean {
  return encodingOf(answer) !== undefined
}

/**
 * A text as it was before a gateway compressed it on the way (Q47), or as it came where it is not
 * compressed although the header says so. Undefined where it cannot be read, or would be longer than
 * `limit` bytes: what is small may unpack to any size.
 */
export function decodedText(
  answer: Pick<Answer, 'headers'>,
  bytes: Buffer,
  limit: number,
): Buffer | undefined {
  const encoding = encodingOf(answer)
  if (encoding === undefined) return bytes
  try {
    return DECODERS.get(encoding)?.(bytes, { maxOutputLength: Math.max(limit, 1) })
  } catch {
    // Whatever is of these forms begins otherwise, or is not text.
    return /^\s*[[{<]/.test(bytes.subarray(0, 64).toString('latin1')) ? bytes : undefined
  }
}

function encodingOf({ headers }: Pick<Answer, 'headers'>): string | undefined {
  const encoding = String(headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase()
  return encoding === '' || encoding === 'identity' ? undefined : encoding
}
