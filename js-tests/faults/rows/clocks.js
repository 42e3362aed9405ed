// What the headers say of the time. A session's end is judged in each of these rows.
const DAY_MS = 86_400_000
const own = { 'x-kaltura-session': undefined }

const sessions = [
  ['Date is missing', { date: undefined, ...own }],
  ['no word of the time but Date', own],
  ['Date is a day late, and X-Kaltura-Session right', { date: -DAY_MS }],
  ['Date is a day early, and X-Kaltura-Session right', { date: DAY_MS }],
  ['Date is a day late, with an Age', { date: -DAY_MS, age: '86400', ...own }],
  ['Date is in 1970', { date: 'Thu, 01 Jan 1970 00:00:00 GMT', ...own }],
  ['Date is in 9999', { date: 'Fri, 31 Dec 9999 23:59:59 GMT', ...own }],
  ['Date is in the year 275760', { date: 'Sat, 13 Sep 275760 00:00:00 GMT', ...own }],
  ['Date is no date', { date: 'yesterday', ...own }],
  ['Date is empty', { date: '', ...own }],
  ['X-Kaltura-Session is no time', { 'x-kaltura-session': '5, soon' }],
  ['X-Kaltura-Session is in 1970', { 'x-kaltura-session': '5, 5' }],
  ['X-Kaltura-Session is beyond all numbers', { 'x-kaltura-session': `5, ${'9'.repeat(500)}` }],
].map(([name, headers]) => ({ name, at: 'any', fault: { headers }, expect: 'session', requests: 2 }))

// Believed, so that the session is longer, or shorter, than was asked for.
const believed = [
  ['Date is a day late, and nothing contradicts', -DAY_MS],
  ['Date is a day early, and nothing contradicts', DAY_MS],
].map(([name, date]) => ({
  ...{ name, at: 'any', fault: { headers: { date, ...own } }, expect: 'ERR_NOT_GRANTED', requests: 2 },
}))

export const clocks = [...sessions, ...believed]
