import { configureGlobal } from 'fast-check'

/**
 * fast-check for the properties among the tests. They all start from one seed, so that whether a
 * change goes in does not hang on luck; `PROPERTY_SEED` names another, `random` one that is new.
 */
const { PROPERTY_SEED: seed = '20261129' } = process.env

if (seed !== 'random') configureGlobal({ seed: Number(seed) })

export * from 'fast-check'
