// Faults that somebody has made by hand and that no test had noticed: each is made again.
export const edits = [
  {
    file: 'handler/grant.js',
    from: "const isAdmin = sessionType !== 0 && sessionType !== 'user'",
    to: "const isAdmin = sessionType === 'admin'",
    why: 'an admin is known by the name alone',
  },
  {
    file: 'error.js',
    from: "name === 'AppTokenError' && typeof code",
    to: 'typeof code',
    why: "any error of Node's is one of the package's",
  },
  {
    file: 'request.js',
    from: '`${name}:${value.length}:${value}`',
    to: '`${name}:${value}`',
    why: 'the key of a request without the lengths of its texts',
  },
  {
    file: 'handler/cors.js',
    from: "site === 'cross-site' || site === 'same-site' ? undefined : {}",
    to: '{}',
    why: 'what a browser says of a request without an origin is ignored',
  },
  {
    file: 'handler/cors.js',
    from: "(site === null ? isHostOf(origin, url) : site === 'same-origin')",
    to: 'isHostOf(origin, url)',
    why: 'a browser that says that it is another site is not believed',
  },
  {
    file: 'handler/cors.js',
    from: 'new URL(origin).host === new URL(url).host',
    to: 'new URL(origin).hostname === new URL(url).hostname',
    why: 'another port is the same origin',
  },
  {
    file: 'stores/index.js',
    from: 'if (entries.get(name) === mine) entries.delete(name)',
    to: 'entries.delete(name)',
    why: "memory: another owner's lock is released",
  },
  {
    file: 'stores/index.js',
    from: "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) end return 0",
    to: "return redis.call('del',KEYS[1])",
    why: "redis: another owner's lock is released",
  },
  {
    file: 'stores/index.js',
    from: 'if (now.value === mine) await',
    to: 'await',
    why: "Deno KV: another owner's lock is released",
  },
  {
    file: 'stores/index.js',
    from: 'if (now.value === mine) await kv.atomic().check(now).delete([name]).commit()',
    to: '',
    why: 'Deno KV: a lock is never released',
  },
  {
    file: 'stores/index.js',
    from: '{ ttl: Math.ceil(ttlMs / 1000) }',
    to: '{ ttl: ttlMs }',
    why: "unstorage's time to live in milliseconds",
  },
  {
    file: 'handler/index.js',
    from: "headers.append('vary', 'Origin')",
    to: "headers.set('vary', 'Origin')",
    why: "the Vary of the caller's answer is overwritten",
  },
  {
    file: 'handler/index.js',
    from: "  'access-control-expose-headers': 'retry-after',\n",
    to: '',
    why: 'a page of another origin does not see how long to wait',
  },
  {
    file: 'handler/limit.js',
    from: 'if (this.#buckets.size > MOST_BUCKETS) this.#buckets.delete(this.#buckets.keys().next().value)',
    to: '',
    why: 'buckets without end',
  },
]
