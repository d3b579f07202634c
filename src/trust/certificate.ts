import { type ASN1Obj, X509Certificate } from '@sigstore/core'
import type { Bundle } from '@sigstore/bundle'
import { Refusal } from './refusal.ts'

/** Members of a certificate that Fulcio fills in from the login of who signs (Fulcio, OID information). */
const FULCIO = '1.3.6.1.4.1.57264.1'
const ISSUER_BEFORE = `${FULCIO}.1`
const OIDS = {
  issuer: `${FULCIO}.8`,
  signer: `${FULCIO}.9`,
  runner: `${FULCIO}.11`,
  sourceRepository: `${FULCIO}.12`,
  sourceDigest: `${FULCIO}.13`,
  sourceRef: `${FULCIO}.14`,
  sourceOwner: `${FULCIO}.16`,
  workflow: `${FULCIO}.18`,
} as const

const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const ORGANISATION = '2.5.4.10'
/** Kinds of general names (RFC 5280, 4.2.1.6): an address of mail, and a URI. */
const ADDRESS_KINDS: readonly number[] = [1, 6]
const OTHER_NAME = 0
/** Of those who have no address: a user name, as Fulcio writes it. */
const USER_NAME = `${FULCIO}.7`

/** Whom a certificate names, and in which workflow, as its authority has written it. */
export interface CertificateIdentity {
  /** The one subject alternative name: a URI or an address of mail. */
  readonly identity: string
  readonly issuer: string | undefined
  /** URI of the workflow that signed, which may be a reusable one. */
  readonly signer: string | undefined
  /** `github-hosted`, `self-hosted` */
  readonly runner: string | undefined
  readonly sourceRepository: string | undefined
  readonly sourceDigest: string | undefined
  readonly sourceRef: string | undefined
  readonly sourceOwner: string | undefined
  readonly workflow: string | undefined
}

/** The certificate of a bundle's signer. Throws a Refusal where it has none, or one that is broken. */
export function leafOf({ verificationMaterial: { content } }: Bundle): X509Certificate {
  const raw =
    content.$case === 'certificate'
      ? content.certificate.rawBytes
      : content.$case === 'x509CertificateChain'
        ? content.x509CertificateChain.certificates[0]?.rawBytes
        : undefined
  if (raw === undefined) throw new Refusal('is signed by a key, and not with a certificate')
  try {
    return X509Certificate.parse(Buffer.from(raw))
  } catch {
    throw new Refusal('has a certificate that cannot be read')
  }
}

/**
 * Whom a certificate names. Bytes are read as they stand: the library masks the highest bit of each,
 * so that other letters become those of somebody else's name.
 * @throws Refusal where it names nobody, several, or in other letters than ASCII
 */
export function identityOf(certificate: X509Certificate): CertificateIdentity {
  checkNothingTwice(certificate)
  const text = (oid: string): string | undefined => extensionText(certificate, oid)
  return {
    identity: alternativeName(certificate),
    issuer: text(OIDS.issuer) ?? rawText(certificate, ISSUER_BEFORE),
    signer: text(OIDS.signer),
    runner: text(OIDS.runner),
    sourceRepository: text(OIDS.sourceRepository),
    sourceDigest: text(OIDS.sourceDigest),
    sourceRef: text(OIDS.sourceRef),
    sourceOwner: text(OIDS.sourceOwner),
    workflow: text(OIDS.workflow),
  }
}

/** What stands twice could be read in two ways (RFC 5280, 4.2). */
function checkNothingTwice(certificate: X509Certificate): void {
  const oids = certificate.extensions.map(({ subs }) => subs[0]?.toOID())
  if (new Set(oids).size < oids.length) {
    throw new Refusal('has a certificate with an extension that is there twice')
  }
}

/** The organisation of the authority that has signed a certificate: `sigstore.dev`, `GitHub, Inc.` */
export function authorityOf(certificate: X509Certificate): string | undefined {
  const sets = certificate.root.subs[0]?.subs[3]?.subs ?? []
  for (const set of sets) {
    for (const attribute of set.subs) {
      const [oid, value] = attribute.subs
      if (oid?.toOID() === ORGANISATION && value !== undefined) return utf8(value.value)
    }
  }
  return undefined
}

function alternativeName(certificate: X509Certificate): string {
  const names = certificate.extension(SUBJECT_ALTERNATIVE_NAME)?.valueObj.subs[0]?.subs ?? []
  const [only, ...others] = names
  if (only === undefined || others.length > 0) {
    throw new Refusal(`has a certificate that names ${names.length} identities`)
  }
  const name = nameOf(only)
  if (name === undefined || name === '') {
    throw new Refusal('has a certificate that names somebody in a way that is not known')
  }
  return name
}

function nameOf(general: ASN1Obj): string | undefined {
  const { tag, subs, value } = general
  if (ADDRESS_KINDS.some((kind) => tag.isContextSpecific(kind))) return ascii(value)
  const [type, content] = subs
  const isUserName = tag.isContextSpecific(OTHER_NAME) && type?.toOID() === USER_NAME
  const text = isUserName ? content?.subs[0]?.value : undefined
  return text === undefined ? undefined : utf8(text)
}

/** The text in an extension whose value is a UTF8String. */
function extensionText(certificate: X509Certificate, oid: string): string | undefined {
  const extension = certificate.extension(oid)
  if (extension === undefined) return undefined
  try {
    return utf8(extension.valueObj.subs[0]?.value ?? Buffer.alloc(0)) || undefined
  } catch {
    return undefined
  }
}

/** The text in one of Fulcio's first extensions, whose value is the text itself. */
function rawText(certificate: X509Certificate, oid: string): string | undefined {
  const value = certificate.extension(oid)?.value
  return value === undefined ? undefined : utf8(value)
}

function ascii(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte > 0x1f && byte < 0x7f)
    ? Buffer.from(bytes).toString('latin1')
    : undefined
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
