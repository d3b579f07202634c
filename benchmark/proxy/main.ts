/** The process of the proxies: what they take of a core is not taken from whoever measures. */
import { Proxy } from './proxy.ts'
import type { Order, Reply } from './orders.ts'

const proxies = new Map<string, Proxy>()

async function obey(order: Order): Promise<Reply['result']> {
  if (order.what === 'open') {
    const proxy = await Proxy.start(order.options)
    proxies.set(proxy.host, proxy)
    return proxy.host
  }
  const proxy = proxies.get(order.host)
  if (proxy === undefined) throw new Error(`there is no proxy at ${order.host}`)
  proxies.delete(order.host)
  await proxy.close()
  return proxy.counts
}

process.on('message', (message) => {
  const order = message as Order
  obey(order).then(
    (result) => process.send?.({ id: order.id, result } satisfies Reply),
    (error: unknown) => process.send?.({ id: order.id, problem: String(error) } satisfies Reply),
  )
})
process.on('disconnect', () => process.exit())
