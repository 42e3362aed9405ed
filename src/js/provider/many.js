// Many sessions at once: in batches, of which only so many are under way, so that what waits for
// its turn costs nothing.
import { AppTokenError } from '../common/error.js'

/** Sessions that end sooner than all can be started are asked for so often. */
const MOST_ROUNDS = 3
/** After so many that are at hand, others get their turn. */
const MOST_AT_ONCE = 250
const ENDED = {
  code: 'ERR_TIMEOUT',
  message: 'the session ended before all others were started: ask for fewer, or for a longer expiry',
  retryable: true,
}

/**
 * An outcome for each of `wanted`: `{ request, deadline, error }`.
 *
 * `ask` gives the core's decision on a request, and `obtain` the session that it leads to; flights
 * that are to be led are begun by `leadAll` before. `isOver` tells of an outcome whether its session
 * has ended since, and `pause` lets others run.
 */
export async function startMany(wanted, ways) {
  const outcomes = wanted.map(({ error }) => error && { error })
  const open = [...wanted.keys()].filter((index) => outcomes[index] === undefined)
  // Those whose time runs come first.
  const isPatient = (index) => wanted[index].request.isPlain
  let left = [...open.filter((index) => !isPatient(index)), ...open.filter(isPatient)]
  for (let rounds = 0; left.length > 0 && rounds < MOST_ROUNDS; rounds += 1) {
    await startAll(left, wanted, outcomes, ways)
    // Those that came first may have ended while the last was waited for.
    left = left.filter((index) => ways.isOver(outcomes[index]))
  }
  for (const index of left) outcomes[index] = { error: new AppTokenError(ENDED) }
  return outcomes
}

/** Fills in the outcomes of those at `indices`. */
async function startAll(indices, wanted, outcomes, ways) {
  const queue = indices.values()
  const settled = []
  const settle = async (index, said) => {
    outcomes[index] = await outcomeOf(wanted[index], said, ways)
  }
  const work = async () => {
    for (let batch; (batch = nextBatch(queue, wanted, ways)); ) {
      if (batch.ids.length > 0) ways.leadAll(batch.ids)
      // Not what others lead, who may have much before it.
      const led = []
      for (const [index, said] of batch.asked) {
        const outcome = settle(index, said)
        settled.push(outcome)
        if (isLed(said)) led.push(outcome)
      }
      await (led.length > 0 ? Promise.all(led) : ways.pause())
    }
  }
  await Promise.all(Array.from({ length: ways.batchesInFlight }, work))
  await Promise.all(settled)
}

/** The next of the queue that fit one request, with what the core says of each. */
function nextBatch(queue, wanted, { ask, batchSize }) {
  const ids = []
  const asked = []
  while (ids.length < batchSize && asked.length < MOST_AT_ONCE) {
    const { value: index, done } = queue.next()
    if (done) break
    const said = decisionOn(wanted[index], ask)
    asked.push([index, said])
    if (isLed(said)) ids.push(said.decision.flight)
  }
  return asked.length > 0 ? { ids, asked } : undefined
}

const isLed = ({ decision }) => decision?.lead && !decision.session

/** What the core says to a request: nothing, if its time is over. */
function decisionOn({ request, deadline }, ask) {
  try {
    return { error: undefined, decision: deadline.isOver ? undefined : ask(request) }
  } catch (error) {
    return { error, decision: undefined }
  }
}

async function outcomeOf({ request, deadline }, { error, decision }, { obtain }) {
  if (error) return { error }
  try {
    return { session: await obtain(request, deadline, decision) }
  } catch (thrown) {
    return { error: thrown }
  }
}
