/*
 * What is used of undici, file by file, and what this program counts on beyond its documentation. Each
 * of it pays (measured on 2026-11-29, on two cores), and has a test that fails first when undici
 * moves; those without a name are in `network/streams.test.ts`:
 *
 * - These files, in place of the front door, which loads fetch, caches, mocks and web sockets as
 *   well: 0.8 of 2.8 MB of the bundle, 30 of 140 ms of CPU before the first request. Every test that
 *   sends a request fails where one of them is not there any more.
 * - It reads a socket by `read` when it is told that there is something, so that a socket can be read
 *   into memory that is used again (SlabReader replaces its `_read`, `read`, `push` and `destroy`): a quarter of
 *   the CPU of large blobs, a third over TLS, 30 MiB of memory. "bring the bytes of many bodies at once
 *   to a slow receiver as they were sent", "bring all of a body that ends with its connection",
 *   `network/slab-reader.test.ts`.
 * - It waits for the drain of a socket before it asks a body for more, so that one with buffers of one
 *   byte tells when memory may be read into again: the first of those tests.
 * - It takes a body that is iterable, which its types do not say, and closes it: "the body of an upload
 *   is closed when …".
 * - It leaves a connection open behind a HEAD where it is told `reset: false`: "are kept after a HEAD".
 * - It hangs up where an answer is complete before a stream has been written, which `#offer` of
 *   SlabReader keeps from being the rule over TLS: `end/connections.test.ts`.
 * - It gives up an answer when a write fails (`_write` and `_writev` of the socket are replaced, so that
 *   the failure waits): `content/chunked-upload.test.ts`, "goes in chunks that …".
 */

import connect from 'undici/lib/api/api-connect.js'
import buildConnector from 'undici/lib/core/connect.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'
import Pool from 'undici/lib/dispatcher/pool.js'

Object.assign(Dispatcher.prototype, { connect })

export { Agent, buildConnector, Pool }
