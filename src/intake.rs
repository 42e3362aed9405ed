//! The memory for all response bodies that are being read at once. WebAssembly never returns memory, so many long
//! responses are read in groups: a body without room waits, and the network holds back what it doesn't read.
//!
//! Short bodies, such as the responses for sessions, never wait.

use std::collections::VecDeque;

/// The most bytes of all long bodies together.
pub const ROOM: usize = 32 * 1024 * 1024;
/// The bytes that each body may use without asking.
pub const SHORT: usize = 16 * 1024;
/// The first share of a body, if its limit allows as much. The default limit is lower, so an admitted body needn't
/// ask again.
const FIRST: usize = 1024 * 1024;
/// How long a body may make no progress before it loses its room. In Workers nothing reports that a request was
/// cancelled, and with it the reader of the body.
const LAPSE_MS: i64 = 10_000;

/// A body that is being read; made by [`Body::new`].
#[derive(Debug)]
pub struct Body {
    /// 0 until it has asked for room.
    id: u32,
    limit: usize,
}

impl Body {
    /// Makes a body that is read up to `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { id: 0, limit }
    }

    /// The room to ask for to hold `total` bytes.
    fn wanted(&self, total: usize) -> usize {
        let ample = total.checked_next_power_of_two().unwrap_or(total);
        ample.max(FIRST).min(self.limit).max(total)
    }
}

/// Admits bodies in the order of their requests. `W` wakes a waiting body.
#[derive(Debug)]
pub struct Intake<W> {
    last_id: u32,
    taken: usize,
    /// By id, which is the order of admission.
    admitted: Vec<Admitted<W>>,
    /// By id.
    queue: VecDeque<Queued<W>>,
}

#[derive(Debug)]
struct Admitted<W> {
    id: u32,
    bytes: usize,
    seen_ms: i64,
    growth: Option<Growth<W>>,
}

/// The room that an admitted body waits for.
#[derive(Debug)]
struct Growth<W> {
    bytes: usize,
    waker: Option<W>,
}

#[derive(Debug)]
struct Queued<W> {
    id: u32,
    bytes: usize,
    seen_ms: i64,
    waker: Option<W>,
}

impl<W> Intake<W> {
    /// Makes an empty one.
    pub const fn new() -> Self {
        Self {
            last_id: 0,
            taken: 0,
            admitted: Vec::new(),
            queue: VecDeque::new(),
        }
    }

    /// Whether `body` may hold `total` bytes. If not, it must [`park`](Self::park), and claim again when it is
    /// woken or after a second.
    pub fn claim(&mut self, body: &mut Body, total: usize, now_ms: i64) -> bool {
        if total <= SHORT {
            return true;
        }
        let wanted = body.wanted(total);
        if let Some(known) = self.admitted(body.id) {
            known.seen_ms = now_ms;
            known.growth = None;
            return total <= known.bytes || self.try_growth(body.id, wanted, now_ms);
        }
        if let Some(queued) = self.queued(body.id) {
            queued.seen_ms = now_ms;
        } else {
            // Even if it has lost its room.
            self.last_id = self.last_id.wrapping_add(1).max(1);
            body.id = self.last_id;
            self.queue.push_back(Queued {
                id: body.id,
                bytes: wanted,
                seen_ms: now_ms,
                waker: None,
            });
        }
        self.lapse(now_ms);
        let is_next = self.queue.front().is_some_and(|it| it.id == body.id);
        if !is_next || !self.fits(wanted) {
            return false;
        }
        self.queue.pop_front();
        self.admit(body.id, wanted, now_ms);
        true
    }

    fn try_growth(&mut self, id: u32, wanted: usize, now_ms: i64) -> bool {
        self.lapse(now_ms);
        let room = self.room();
        let is_first = self.admitted.first().is_some_and(|it| it.id == id);
        let Some(known) = self.admitted(id) else {
            return false;
        };
        let more = wanted.saturating_sub(known.bytes);
        // The first may always continue; otherwise all would wait for each other.
        if is_first || more <= room {
            known.bytes = wanted;
            self.taken = self.taken.saturating_add(more);
            return true;
        }
        known.growth = Some(Growth {
            bytes: wanted,
            waker: None,
        });
        false
    }

    /// Keeps the `waker` of a body whose claim was denied.
    pub fn park(&mut self, body: &Body, waker: W) {
        if let Some(known) = self.admitted(body.id) {
            if let Some(growth) = &mut known.growth {
                growth.waker = Some(waker);
            }
        } else if let Some(queued) = self.queued(body.id) {
            queued.waker = Some(waker);
        }
    }

    /// Releases a body that was read or dropped. Returns the wakers of those that have room now.
    pub fn close(&mut self, body: &Body, now_ms: i64) -> Vec<W> {
        if body.id == 0 {
            return Vec::new();
        }
        if let Ok(place) = self.admitted.binary_search_by_key(&body.id, |it| it.id) {
            let gone = self.admitted.remove(place);
            self.taken = self.taken.saturating_sub(gone.bytes);
        } else if let Ok(place) = self.queue.binary_search_by_key(&body.id, |it| it.id) {
            self.queue.remove(place);
        }
        self.lapse(now_ms);
        let mut woken = Vec::new();
        self.grow(now_ms, &mut woken);
        self.admit_queued(now_ms, &mut woken);
        woken
    }

    fn grow(&mut self, now_ms: i64, woken: &mut Vec<W>) {
        let mut room = self.room();
        for (place, known) in self.admitted.iter_mut().enumerate() {
            let Some(growth) = &mut known.growth else {
                continue;
            };
            let more = growth.bytes.saturating_sub(known.bytes);
            if place > 0 && more > room {
                continue;
            }
            known.bytes = growth.bytes;
            known.seen_ms = now_ms;
            woken.extend(growth.waker.take());
            known.growth = None;
            room = room.saturating_sub(more);
            self.taken = self.taken.saturating_add(more);
        }
    }

    fn admit_queued(&mut self, now_ms: i64, woken: &mut Vec<W>) {
        while let Some(first) = self.queue.front()
            && self.fits(first.bytes)
            && let Some(first) = self.queue.pop_front()
        {
            self.admit(first.id, first.bytes, now_ms);
            woken.extend(first.waker);
        }
    }

    fn room(&self) -> usize {
        ROOM.saturating_sub(self.taken)
    }

    /// Whether one more body has room. A single body always has.
    fn fits(&self, bytes: usize) -> bool {
        bytes <= self.room() || self.admitted.is_empty()
    }

    fn admit(&mut self, id: u32, bytes: usize, now_ms: i64) {
        self.taken = self.taken.saturating_add(bytes);
        self.admitted.push(Admitted {
            id,
            bytes,
            seen_ms: now_ms,
            growth: None,
        });
    }

    fn admitted(&mut self, id: u32) -> Option<&mut Admitted<W>> {
        let place = self.admitted.binary_search_by_key(&id, |it| it.id).ok()?;
        self.admitted.get_mut(place)
    }

    fn queued(&mut self, id: u32) -> Option<&mut Queued<W>> {
        let place = self.queue.binary_search_by_key(&id, |it| it.id).ok()?;
        self.queue.get_mut(place)
    }

    /// Drops bodies without progress.
    fn lapse(&mut self, now_ms: i64) {
        let is_alive = |seen_ms: i64| now_ms.saturating_sub(seen_ms) < LAPSE_MS;
        let taken = &mut self.taken;
        self.admitted.retain(|it| {
            let alive = is_alive(it.seen_ms);
            if !alive {
                *taken = taken.saturating_sub(it.bytes);
            }
            alive
        });
        while let Some(first) = self.queue.front()
            && !is_alive(first.seen_ms)
        {
            self.queue.pop_front();
        }
    }
}

impl<W> Default for Intake<W> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
