// The commands by name. Each is loaded when it is called: most need no emulator.

export const commands = {
  start: {
    summary: 'start a session, or one for each of many users',
    load: () => import('./start.js'),
  },
  inspect: {
    summary: 'show what a KS contains, with its privileges explained',
    load: () => import('./inspect.js'),
  },
  hash: {
    summary: 'print the hash that proves an application token',
    load: () => import('./hash.js'),
  },
  doctor: {
    summary: 'find out why no session starts, and what to do about it',
    load: () => import('./doctor.js'),
  },
  'tokens list': {
    summary: 'list the application tokens of an account',
    load: () => import('./tokens/list.js'),
  },
  'tokens add': {
    summary: 'make an application token',
    load: () => import('./tokens/add.js'),
  },
  'tokens show': {
    summary: 'show what an application token allows',
    load: () => import('./tokens/show.js'),
  },
  'tokens rotate': {
    summary: 'make the successor of an application token',
    load: () => import('./tokens/rotate.js'),
  },
  'tokens delete': {
    summary: 'delete an application token and end its sessions',
    load: () => import('./tokens/delete.js'),
  },
  emulator: {
    summary: 'run a Kaltura server on this machine, to try all of this',
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
