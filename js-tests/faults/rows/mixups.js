// Answers that are well-formed, and not the answer to this request.
import { SESSION, WIDGET, reached } from './row.js'

const as = (changes) => (answer, facts) => JSON.stringify({ ...answer, ...changes(answer, facts) })

const unusable = (at, name, fault, more) => ({
  ...{ name, at, fault, expect: 'ERR_BAD_RESPONSE', options: { retry: 0 } },
  ...{ requests: reached(at), ...more },
})

const anothers = [WIDGET, SESSION].flatMap((at) => [
  unusable(at, "another partner's session", {
    answer: as((_, { stranger }) => ({ partnerId: stranger.partnerId, ks: stranger.ks })),
  }),
  unusable(at, "another partner's session under the right number", {
    answer: as((_, { stranger }) => ({ ks: stranger.ks })),
  }),
  unusable(at, "the right session under another partner's number", {
    answer: as((_, { stranger }) => ({ partnerId: stranger.partnerId })),
  }),
])

const longKs = (answer) => JSON.stringify({ ...answer, ks: 'K'.repeat(1_000_000) })
const tooLong = [WIDGET, SESSION].flatMap((at) => [
  unusable(at, 'a KS of a megabyte', { answer: longKs }, { large: true, others: 'ERR_BAD_RESPONSE' }),
  unusable(...[at, 'a KS of a megabyte, where so long an answer is read', { answer: longKs }], {
    large: true,
    options: { retry: 0, maxResponseBytes: 4_000_000 },
  }),
])

const sessionInfo = ({ ks, partnerId }) =>
  JSON.stringify({
    ...{ ks, partnerId: String(partnerId), userId: '', expiry: 2_000_000_000, sessionType: 0 },
    ...{ privileges: '', objectType: 'KalturaSessionInfo' },
  })
const widget = (_, { stale }) =>
  JSON.stringify({
    ...{ ...stale, userId: 0, objectType: 'KalturaStartWidgetSessionResponse' },
  })
const user = (_, { users }) => JSON.stringify({ id: users[1], objectType: 'KalturaUser' })
const list = () => JSON.stringify({ objects: [], totalCount: 0, objectType: 'KalturaAppTokenListResponse' })

const confused = [
  unusable(WIDGET, 'the answer to startSession', { answer: sessionInfo }),
  unusable(SESSION, 'the answer to startWidgetSession', { answer: widget }),
  ...[WIDGET, SESSION].flatMap((at) => [
    unusable(at, 'the answer to user.get', { answer: user }),
    unusable(at, 'the answer to appToken.list', { answer: list }),
  ]),
  unusable(WIDGET, 'the answer to a multirequest', { body: (whole) => `[${whole}]` }),
  unusable(SESSION, 'the answers to a larger batch', {
    body: (whole) => (whole.startsWith('[') ? `${whole.slice(0, -1)},{}]` : `[${whole},{}]`),
  }),
  unusable(SESSION, 'the answers to a smaller batch', { body: () => '[]' }),
  unusable(SESSION, "another application token's session", {
    answer: as(() => ({ privileges: 'sessionid:0_zzzzzzzz,apptoken:0_zzzzzzzz' })),
  }),
  unusable(SESSION, "another application token's session with an id of this one", {
    answer: as(({ privileges }) => ({ privileges: privileges.replace(/apptoken:\w+/, 'apptoken:0_zzzzzzzz') })),
  }),
  unusable(SESSION, "no application token's session", { answer: as(() => ({ privileges: 'sview:*' })) }),
  unusable(SESSION, 'the widget session that was sent', { answer: as((_, { sent }) => ({ ks: sent.ks })) }),
]

const expired = [
  { times: 1, expect: 'retried session', requests: 4 },
  { expect: 'ERR_KALTURA INVALID_KS EXPIRED', requests: 4 },
].map((more) => ({
  ...{ name: 'an expired widget session', at: WIDGET },
  fault: { answer: as((_, { stale }) => ({ ks: stale.ks })) },
  ...more,
}))

export const mixups = [...anothers, ...expired, ...confused, ...tooLong]
