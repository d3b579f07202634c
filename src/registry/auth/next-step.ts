/**
 * What a request is sent with:
 *
 * - nothing, as long as the registry has not asked for a login, or where there is none;
 * - a login that stays the same: a password by Basic, or a registry token;
 * - a shared token, which was asked for with what the run expects beside this request;
 * - a token of its own, which was asked for with what this request needs.
 */
export type Sent = 'nothing' | 'login' | 'shared token' | 'own token'

/**
 * What a refusal is about:
 *
 * - unexplained: nobody has said how to log in;
 * - elsewhere: another scheme or token service is named than the one that was used;
 * - over: the token has ended, as far as one can tell;
 * - scope: it was not asked for all that the registry wants;
 * - rights: all of it was asked for, and not granted;
 * - other: no more is known.
 */
export type RefusedFor = 'unexplained' | 'elsewhere' | 'over' | 'scope' | 'rights' | 'other'

/**
 * What to do then:
 *
 * - ask at the base: learn from `/v2/` how to log in, and do it;
 * - log in: with any token that should serve, or with the password;
 * - renew: forget the token, and get one as before;
 * - go alone: get a token for this request and for nothing else;
 * - give up.
 */
export type Step = 'ask at the base' | 'log in' | 'renew' | 'go alone' | 'give up'

export const NEXT_STEP: Readonly<Record<Sent, Readonly<Record<RefusedFor, Step>>>> = {
  nothing: {
    unexplained: 'ask at the base',
    elsewhere: 'log in',
    over: 'log in',
    scope: 'log in',
    rights: 'log in',
    other: 'log in',
  },
  login: {
    unexplained: 'give up',
    elsewhere: 'log in',
    over: 'give up',
    scope: 'give up',
    rights: 'give up',
    other: 'give up',
  },
  // One that is good for others, at another service, is not to blame. Otherwise the service may
  // grant nothing, or too little, to who asks for much.
  'shared token': {
    unexplained: 'go alone',
    elsewhere: 'log in',
    over: 'renew',
    scope: 'go alone',
    rights: 'go alone',
    other: 'go alone',
  },
  'own token': {
    unexplained: 'give up',
    elsewhere: 'log in',
    over: 'renew',
    scope: 'renew',
    rights: 'give up',
    other: 'give up',
  },
}
