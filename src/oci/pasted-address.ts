/** Addresses that people copy from a browser or a log, with the image that they are about. */
interface Form {
  /** Without scheme, user information, query and fragment. */
  readonly address: RegExp
  readonly image: (groups: Readonly<Record<string, string>>, query: URLSearchParams) => string
}

/** Nobody pastes more than that on purpose. */
const MAX_LENGTH = 2048

const withTag = (name: string, tag: string | null | undefined): string =>
  tag === null || tag === undefined || tag === '' ? name : `${name}:${tag}`

const FORMS: readonly Form[] = [
  // Docker Hub's other API.
  {
    address:
      /^(?:registry\.)?hub\.docker\.com\/v2\/(?:repositories|namespaces)\/(?<owner>[^/]+)\/(?:repositories\/)?(?<name>[^/]+)(?:\/tags(?:\/(?<tag>[^/]+).*)?)?$/,
    image: ({ owner, name, tag }) => withTag(`docker.io/${owner}/${name}`, tag),
  },
  // Requests of the API itself (distribution-spec, Endpoints).
  {
    address: /^(?<host>[^/]+)\/v2\/(?<name>.+)\/(?:manifests|blobs)\/(?<reference>[^/]+)$/,
    image: ({ host, name, reference = '' }) =>
      `${host}/${name}${reference.includes(':') ? '@' : ':'}${reference}`,
  },
  {
    address: /^(?<host>[^/]+)\/v2\/(?<name>.+)\/tags(?:\/list)?$/,
    image: ({ host, name }) => `${host}/${name}`,
  },
  {
    address: /^(?:(?:registry-1|index|registry\.hub|hub)\.)?docker\.(?:io|com)\/v[12]$/,
    image: () => 'docker.io',
  },
  { address: /^(?<host>[^/]+)\/v2$/, image: ({ host = '' }) => host },
  // Pages for people.
  {
    address: /^hub\.docker\.com\/(?:_\/|r\/library\/)(?<name>[^/]+)(?:\/tags)?$/,
    image: ({ name }, query) => withTag(`docker.io/library/${name}`, query.get('name')),
  },
  {
    address: /^hub\.docker\.com\/(?:r|repository\/docker)\/(?<name>[^/]+\/[^/]+)(?:\/[a-z]+)?$/,
    image: ({ name }, query) => withTag(`docker.io/${name}`, query.get('name')),
  },
  {
    address: /^hub\.docker\.com\/layers\/(?<name>[^/]+\/[^/]+)\/(?<tag>[^/]+)(?:\/.*)?$/,
    image: ({ name, tag }) => `docker.io/${name}:${tag}`,
  },
  {
    address:
      /^github\.com\/(?:orgs\/|users\/)?(?<owner>[^/]+)\/(?:[^/]+\/)?(?:pkgs\/container|packages\/container)\/(?:package\/)?(?<name>[^/]+)(?:\/[^/]*)?$/,
    image: ({ owner = '', name = '' }, query) =>
      withTag(`ghcr.io/${owner.toLowerCase()}/${decoded(name)}`, query.get('tag')),
  },
  {
    address:
      /^quay\.io\/repository\/(?<name>[^/]+\/[^/]+)(?:\/manifest\/(?<digest>sha256:[0-9a-f]+))?$/,
    image: ({ name, digest }) => `quay.io/${name}${digest === undefined ? '' : `@${digest}`}`,
  },
  {
    address:
      /^console\.cloud\.google\.com\/artifacts\/docker\/(?<project>[^/]+)\/(?<location>[^/]+)\/(?<name>[^/]+\/[^/;]+)(?:[/;].*)?$/,
    image: ({ project, location, name = '' }) =>
      `${location}-docker.pkg.dev/${project}/${decoded(name)}`,
  },
  {
    address: /^gitlab\.com\/(?<name>[^/]+\/.+?)(?:\/-)?\/container_registry(?:\/.*)?$/,
    image: ({ name = '' }) => `registry.gitlab.com/${name.toLowerCase()}`,
  },
  {
    address: /^gallery\.ecr\.aws\/(?<name>[^/]+\/[^/]+)$/,
    image: ({ name }) => `public.ecr.aws/${name}`,
  },
]

/**
 * The image that an address is about which somebody has pasted in the place of a reference: a
 * request of a registry's API, or the page of an image; undefined for anything else. Without what
 * stands before an `@` in the host, which may be a password.
 */
export function imageOfAddress(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const address = text
    .replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '')
    .replace(/^[^/@]*@/, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')
  const query = new URLSearchParams(/\?([^#]*)/.exec(text)?.[1] ?? '')
  for (const { address: form, image } of FORMS) {
    const groups = form.exec(address)?.groups ?? (form.test(address) ? {} : undefined)
    if (groups !== undefined) return image(groups, query)
  }
  return undefined
}

/** Whether a text is a URL, or an address of an image that lacks its scheme. */
export function isAddress(text: string): boolean {
  return text.includes('://') || imageOfAddress(text) !== undefined
}

/** Package names may have slashes, which addresses of pages have as `%2F`. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
