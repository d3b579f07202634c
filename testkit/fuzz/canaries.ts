import type { Observation } from './saboteur.ts'
import type { Login, Scenario } from './scenario.ts'
import type { Place, Stage } from './stage.ts'

interface Secret {
  readonly name: string
  readonly values: readonly string[]
  /** The only one that may be sent it. */
  readonly place: Place
}

/** Every secret that is told, or sent to somebody whose it is not, or sent as part of an address. */
export function canaryProblems(stage: Stage, scenario: Scenario, told: string): string[] {
  const { source, destination, stranger } = stage
  const places = [...new Set([source, destination, stranger])]
  return secretsOf(stage, scenario).flatMap(({ name, values, place }) => {
    const isIn = (text: string) => values.some((value) => text.includes(value))
    return [
      ...(isIn(told) ? [`${name} is in what was let out: ${around(told, values)}`] : []),
      ...places.flatMap(({ host, saboteur }) => {
        const sent = saboteur.observations
        const isForeign = host !== place.host && sent.some((one) => isIn(contentsOf(one)))
        return isForeign ? [`${name} was sent to ${host}`] : []
      }),
    ]
  })
}

function secretsOf({ source, destination }: Stage, scenario: Scenario): Secret[] {
  const roles = [
    { side: 'source', place: source, login: scenario.sourceLogin },
    { side: 'destination', place: destination, login: scenario.destinationLogin },
  ]
  return roles.flatMap(({ side, place, login }) => [
    ...(login === undefined
      ? []
      : [{ name: `the ${side}'s password`, values: spellingsOf(login), place }]),
    {
      name: `a token of the ${side}`,
      values: place.registry.tokens.map(({ token }) => token),
      place,
    },
  ])
}

function spellingsOf({ username, password }: Login): string[] {
  return [password, Buffer.from(`${username}:${password}`).toString('base64')]
}

/** All that a client sends, with Basic credentials in the clear. */
function contentsOf({ request, target, body }: Observation): string {
  const headers = Object.values(request.headers).flat()
  const clear = headers.flatMap((value) => {
    const encoded = /^basic +(.*)$/i.exec(value ?? '')?.[1]
    return encoded === undefined ? [] : [Buffer.from(encoded, 'base64').toString()]
  })
  return [target, ...headers, ...clear, Buffer.concat(body).toString('latin1')].join('\n')
}

/** The secret's surroundings without the secret. */
function around(text: string, values: readonly string[]): string {
  const value = values.find((one) => text.includes(one)) ?? ''
  const at = text.indexOf(value)
  const before = text.slice(Math.max(at - 120, 0), at)
  return `${before}[here]${text.slice(at + value.length, at + value.length + 40)}`
}
