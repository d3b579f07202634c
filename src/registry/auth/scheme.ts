/** How a registry wants to be spoken to, once it has said so. */
export type Scheme = { readonly kind: 'basic' } | BearerScheme

export interface BearerScheme {
  readonly kind: 'bearer'
  readonly realm: URL
  readonly service: string | undefined
}

export function sameScheme(one: Scheme, other: Scheme): boolean {
  if (one.kind === 'basic' || other.kind === 'basic') return one.kind === other.kind
  return one.realm.href === other.realm.href && one.service === other.service
}
