import * as v from 'valibot'
import { FormatError } from './errors.ts'
import { normalisePlatform, type Platform } from './platform.ts'
import { parseStrictJson } from './strict-json.ts'

const textSchema = v.nullish(v.string(), '')

const schema = v.looseObject({ os: textSchema, architecture: textSchema, variant: textSchema })

/** Both hold maps with keys that the image's author chose, `container_config` in Docker's form. */
const freeMaps = ['config', 'container_config']

/**
 * The platform that an image config names (image-spec "Image Configuration"), normalised; undefined
 * if it leaves out the operating system or the architecture, as configs of artifacts do.
 * @throws FormatError of kind `json`, also where one of the three members is not a string
 */
export function parseImageConfigPlatform(bytes: Uint8Array): Platform | undefined {
  const document = parseStrictJson(bytes, { freeMaps })
  if (Array.isArray(document)) throw invalid('it must be an object')
  const result = v.safeParse(schema, document)
  if (!result.success) {
    const name = v.getDotPath(result.issues[0])
    throw invalid(name === null ? 'it must be an object' : `${name} must be a string`)
  }
  const { os, architecture, variant } = result.output
  if (os === '' || architecture === '') return undefined
  return normalisePlatform({ os, architecture, variant })
}

function invalid(rule: string): FormatError {
  return new FormatError('json', `the image config is not valid: ${rule}`)
}
