// The clients that people have are taken as they are, and others refused.
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import {
  cloudflareKvStore,
  ioredisStore,
  redisStore,
  unstorageStore,
  type SessionStore,
} from 'kaltura-app-token/stores'

const stores: SessionStore[] = [
  redisStore(createClient()),
  redisStore(await createClient().on('error', console.error).connect()),
  redisStore(createClientPool()),
  redisStore(createCluster({ rootNodes: [] })),
  ioredisStore(new Redis()),
  ioredisStore(new Cluster([])),
]
for (const store of stores) {
  const text: unknown = await store.get('name')
  await store.set('name', 'text', 1000)
  const release = await store.lock?.('name', 1000)
  if (release) await release()
  void text
}

// @ts-expect-error: a client is needed
redisStore()
// @ts-expect-error: a URL is no client
redisStore('redis://127.0.0.1')
// @ts-expect-error: a Map has no put
cloudflareKvStore(new Map<string, string>())
// @ts-expect-error: the Web's Storage has other methods
unstorageStore({ getItem: async () => null, setItem: async () => {} })
