import type { Descriptor } from '../../oci/descriptor.ts'
import { RegistryError, reworded } from '../errors.ts'
import { foreignText } from '../foreign-text.ts'

/**
 * An error of bringing a blob, with what its descriptor tells about it: that the source keeps its
 * bytes elsewhere (image-spec, Descriptors, `urls`), or that there are none, which some registries do
 * not take. Any other is returned as it is.
 */
export function explainBlobFailure(error: unknown, { urls = [], size }: Descriptor): unknown {
  if (!(error instanceof RegistryError)) return error
  const { code, side } = error
  if (side === 'source' && code === 'NOT_FOUND' && urls.length > 0) {
    const hosts = new Set(urls.map((url) => URL.parse(url)?.host ?? url))
    const where = foreignText([...hosts].join(', '))
    return reworded(code, `not here; the image says that it is kept at ${where}`, error)
  }
  const isRefusal = error.status !== undefined && error.status >= 400 && error.status < 500
  if (side === 'destination' && size === 0 && isRefusal && isAboutContent(error)) {
    return reworded(
      code,
      'refused; the image has an empty blob, which not every registry takes',
      error,
    )
  }
  return error
}

/** Neither a login nor a limit has to do with what is sent. */
function isAboutContent({ code }: RegistryError): boolean {
  return code !== 'AUTHENTICATION' && code !== 'DENIED' && code !== 'RATE_LIMITED'
}
