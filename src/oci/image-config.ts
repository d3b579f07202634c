import * as v from 'valibot'
import { type Platform, readPlatform } from './platform.ts'

const textSchema = v.nullish(v.string(), '')

const schema = v.looseObject({
  os: textSchema,
  architecture: textSchema,
  variant: textSchema,
  'os.version': v.fallback(textSchema, ''),
  'os.features': v.fallback(v.nullish(v.array(v.string()), []), []),
})

/**
 * The platform that an image config names (image-spec "Image Configuration"), normalised; undefined
 * if it leaves out the operating system or the architecture, as configs of artifacts do, and for
 * bytes that are no such document. It is only looked into: what is copied are its bytes, so that no
 * fault of it is one of the copy, and it is read as leniently as programs that run images do.
 */
export function parseImageConfigPlatform(bytes: Uint8Array): Platform | undefined {
  const result = v.safeParse(schema, parseLeniently(bytes))
  if (!result.success) return undefined
  const { os, architecture } = result.output
  return os === '' || architecture === '' ? undefined : readPlatform(result.output)
}

/** Bytes that are no UTF-8 become replacement characters; a byte order mark is taken off. */
function parseLeniently(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8').decode(bytes))
  } catch {
    return undefined
  }
}
