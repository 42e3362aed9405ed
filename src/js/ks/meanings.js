// The meanings of Kaltura's privileges, in words. The names are those of src/ks/privileges/table.rs.
// `with` is for a privilege with values, which replace `…`; `any` for one with `*`; `alone` for one without values.
// Missing forms don't exist for the privilege.

/** @import { Privilege } from '../entries/index.js' */

/** @type {Record<string, { with?: string, any?: string, alone?: string, parts?: (values: string[]) => string[] }>} */
const MEANINGS = {
  '*': { alone: 'everything is allowed' },
  all: { any: 'everything is allowed' },
  edit: { with: 'may change the entry …', any: 'may change every entry' },
  sview: { with: 'may play the entry …', any: 'may play every entry' },
  list: { with: 'may list …', any: "may list the whole account's content" },
  download: { with: 'may download the entry …', any: 'may download every entry' },
  downloadasset: { with: 'may download the asset …', any: 'may download every asset' },
  editplaylist: {
    with: 'may change the entries of the playlist …',
    any: 'may change the entries of every playlist',
  },
  sviewplaylist: {
    with: 'may play the entries of the playlist …',
    any: 'may play the entries of every playlist',
  },
  actionslimit: { with: 'ends after … API calls' },
  setrole: { with: "has the rights of the role …, in place of its user's" },
  restrictingrole: { with: 'has no right that the role … lacks' },
  limitentry: { with: 'is limited to the entry …', any: 'is limited to entries' },
  iprestrict: { with: 'works only from the address …', any: 'works from any address' },
  urirestrict: { with: 'works only for the API paths …', any: 'works for any API path', parts: pathsOf },
  enableentitlement: { alone: 'sees only what its user is entitled to' },
  disableentitlement: { alone: 'sees all content, whatever its user is entitled to' },
  disableentitlementforentry: {
    with: 'sees the entry … whatever its user is entitled to',
    any: 'sees every entry whatever its user is entitled to',
  },
  disableentitlementforplaylist: {
    with: 'sees the playlist … whatever its user is entitled to',
    any: 'sees every playlist whatever its user is entitled to',
  },
  privacycontext: { with: 'uses the privacy context … for entitlement' },
  enablecategorymoderation: { alone: 'needs approval, where required, for what it puts into categories' },
  enablecaptionmoderation: { alone: 'needs approval, where required, for captions that it adds' },
  reftime: { with: 'applies rules that depend on the time as of … (unix time)' },
  sessionkey: { with: 'carries the session key …' },
  preview: { with: 'plays only a preview (…)' },
  sessionid: { with: 'belongs to the sessions …, which end together' },
  jobtype: { with: "may take Kaltura's jobs of the type …", any: "may take Kaltura's jobs" },
  apptoken: { with: 'was started with the application token …' },
  enablechangeaccount: {
    with: 'may change to the account …',
    any: 'may change to another account',
    alone: 'may change to another account',
  },
  edituser: { with: 'may change the user …', any: 'may change every user' },
  editadmintags: { with: 'may change the admin tags of …', any: 'may change admin tags' },
  restrictexplicitliveview: {
    with: 'may not watch the live entry … before it is public',
    any: 'may not watch live entries before they are public',
  },
  virtualeventid: { with: 'acts within the virtual event …' },
  searchcontext: { with: 'searches within the context …' },
  disablesessiontypecheck: { alone: 'is not checked for its type' },
  widget: { with: 'belongs to a widget, without a signed-in user' },
  appId: { with: 'is used by the application …' },
  email: { with: 'gives its user the address …' },
  eventId: { with: 'is for the room or event …' },
  firstName: { with: 'gives its user the name …' },
  lastName: { with: 'gives its user the name …' },
  resourceId: { with: 'is for the room …' },
  role: { with: 'has the role … in an application, which decides what that means' },
  userContextualRole: { with: 'has the role … in a room or channel (0 manages, 3 takes part)' },
}

const UNKNOWN = "not one of Kaltura's own: its meaning depends on the application"

/**
 * The meaning of a privilege, as the rest of a sentence that begins with "the session".
 * @param {Privilege} options
 */
export function meaningOf({ name, values }) {
  if (!Object.hasOwn(MEANINGS, name)) return meant(name)
  const known = MEANINGS[name]
  const parts = known.parts?.(values) ?? values
  if (parts.includes('*') && known.any) return known.any
  if (parts.length > 0 && known.with) return known.with.replace('…', () => listed(parts))
  // A privilege that takes values allows nothing without them.
  return known.alone ?? known.with?.replace('…', '(no value)') ?? UNKNOWN
}

/**
 * The paths of `urirestrict`, which contain slashes and are separated by bars.
 * @param {string[]} values
 */
function pathsOf(values) {
  const paths = values
    .join('/')
    .split('|')
    .filter((path) => path !== '')
  return paths.map((path) => (path === '/*' ? '*' : path))
}

// The server distinguishes case, and ignores names with other characters beside them.
/** @param {string} name */
function meant(name) {
  const word = name
    .split('=')[0]
    .replace(/^[^\w-]+|[^\w-]+$/g, '')
    .toLowerCase()
  const isServers = Object.hasOwn(MEANINGS, word) && word !== ''
  return isServers ? `nothing, as it is written: Kaltura's own name is ${word}` : UNKNOWN
}

/** @param {string[]} values */
const listed = (values) => (values.length === 1 ? values[0] : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`)
