import connect from 'undici/lib/api/api-connect.js'
import buildConnector from 'undici/lib/core/connect.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'
import Pool from 'undici/lib/dispatcher/pool.js'

// What is used of undici, file by file: its front door loads fetch, caches, mocks and web sockets as
// well, and every run would pay for that before its first request.

Object.assign(Dispatcher.prototype, { connect })

export { Agent, buildConnector, Pool }
