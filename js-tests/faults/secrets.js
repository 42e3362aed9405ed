// Looking for secrets in texts. A part of one is as bad as the whole, and so is another spelling.

const LENGTH = 16

/** Parts of it, no matter which, and other spellings of them. */
export function traces({ kind, text }) {
  // A KS begins with its version and its partner, which anyone may know.
  const known = kind === 'ks' ? 16 : 0
  const bare = text.replace(/[=\s]+$/, '').slice(known)
  const parts = bare.length <= LENGTH ? [bare] : [bare.slice(0, LENGTH), bare.slice(-LENGTH)]
  const spellings = [btoa(text).slice(0, 2 * LENGTH), ...parts.map((part) => part.toUpperCase())]
  return { parts, spellings }
}

/**
 * Finds secrets of some kinds in `[place, text]` pairs; gives `{ kind, place }` of those that are
 * there.
 */
export function searcher(secrets) {
  const sought = secrets.map(({ kind, text }) => ({ kind, ...traces({ kind, text }) }))
  return (texts, kinds) => {
    const together = texts.map(([, text]) => text).join('\n')
    return sought
      .filter(({ kind }) => kinds.includes(kind))
      .flatMap(({ kind, parts, spellings }) =>
        [...parts, ...spellings]
          .filter((trace) => together.includes(trace))
          .flatMap((trace) => texts.filter(([, text]) => text.includes(trace)))
          .map(([place]) => ({ kind, place })),
      )
  }
}

export const ALL = ['token', 'adminSecret', 'userId', 'hash', 'ks']

/** What a runtime prints, so that it is seen that its output is looked at. */
export const PRINTED = 'a-secret-that-was-printed-for-a-test'

/** All but those. */
export const but = (...kinds) => ALL.filter((kind) => !kinds.includes(kind))
