/**
 * Looks (pace/silent-hosts.ts), two seconds, for which those who could go on wait for one who is
 * late although its host gives signs. A silent host is not waited for at all. Either way the one
 * who is left behind gets what it wants with a request more.
 */
export const PATIENT_LOOKS = 8

/** The same for a slot, of which its host gives none back: uploads of large blobs take their time. */
export const LOOKS_FOR_A_SLOT = 20
