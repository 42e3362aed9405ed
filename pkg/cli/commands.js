// The commands by name. Each is loaded when it is called: most need no emulator.

export const commands = {
  start: {
    summary: 'start a session, or one for each of many users',
    load: () => import('./start.js'),
  },
  inspect: {
    summary: 'what a KS says, its privileges in words',
    load: () => import('./inspect.js'),
  },
  hash: {
    summary: 'the hash that proves an application token',
    load: () => import('./hash.js'),
  },
  doctor: {
    summary: 'find out why no session starts, and what to do',
    load: () => import('./doctor.js'),
  },
  'tokens list': {
    summary: 'the application tokens of an account',
    load: () => import('./tokens/list.js'),
  },
  'tokens add': {
    summary: 'make an application token',
    load: () => import('./tokens/add.js'),
  },
  'tokens show': {
    summary: 'what an application token allows',
    load: () => import('./tokens/show.js'),
  },
  'tokens rotate': {
    summary: 'make the successor of an application token',
    load: () => import('./tokens/rotate.js'),
  },
  'tokens delete': {
    summary: 'delete an application token, which ends all its sessions',
    load: () => import('./tokens/delete.js'),
  },
  emulator: {
    summary: 'a Kaltura on this machine, to try all of this with',
    load: () => import('./emulator.js'),
  },
}

/** The command that `args` begin with: its name, and the arguments behind it. */
export function find(args) {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ')
    if (Object.hasOwn(commands, name)) return { name, rest: args.slice(words) }
  }
  return undefined
}
