import { jsonReply, type Reply, type ReplyHeaders } from './exchange.ts'

/** distribution-spec 1.1, "Error Codes", and the two that distribution adds for paging and ranges. */
export type SpecErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'SIZE_INVALID'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED'

export interface SpecError {
  readonly code: SpecErrorCode
  readonly message: string
  readonly detail?: unknown
}

export function errorReply(
  status: number,
  errors: SpecError | readonly SpecError[],
  headers: ReplyHeaders = {},
): Reply {
  return jsonReply(status, { errors: [errors].flat() }, headers)
}
