/** Why a signature does not count, in words for people. Names in it may be anybody's text. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
