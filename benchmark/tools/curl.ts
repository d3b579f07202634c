/** Where curl speaks to a host; with TLS where there is somebody to trust. */
export function originOf({ host }: { readonly host: string }, authority: string | undefined) {
  return `${authority === undefined ? 'http' : 'https'}://${host}`
}

/** What curl has to be told of whom to trust. */
export function trustOf(authority: string | undefined) {
  return authority === undefined ? '' : `--cacert ${authority}`
}
