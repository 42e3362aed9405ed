use proptest::prelude::*;

use super::*;

const MB: usize = 1_000_000;

/// What one body does: how long it is, and the limit that was set.
#[derive(Clone, Debug)]
struct Answer {
    length: usize,
    limit: usize,
}

struct Reader {
    body: Body,
    answer: Answer,
    held: usize,
    waits: bool,
}

/// Reads all answers, each a piece further in turn. Gives the most that was held at once, or
/// nothing if they wait for each other.
fn read_all(answers: &[Answer], piece: usize) -> Option<usize> {
    let mut intake = Intake::new();
    let mut readers: Vec<_> = answers
        .iter()
        .map(|answer| Reader {
            body: Body::new(answer.limit),
            answer: answer.clone(),
            held: 0,
            waits: false,
        })
        .collect();
    let (mut left, mut held, mut most) = (readers.len(), 0, 0);
    while left > 0 {
        let mut has_moved = false;
        for index in 0..readers.len() {
            let reader = &mut readers[index];
            if reader.waits || reader.held == reader.answer.length {
                continue;
            }
            let total = (reader.held + piece).min(reader.answer.length);
            if !intake.claim(&mut reader.body, total, 0) {
                intake.park(&reader.body, index);
                reader.waits = true;
                continue;
            }
            has_moved = true;
            held += total - reader.held;
            most = most.max(held);
            reader.held = total;
            let is_read = total == reader.answer.length;
            if is_read {
                left -= 1;
                held -= total;
                for woken in intake.close(&readers[index].body, 0) {
                    readers[woken].waits = false;
                }
            }
        }
        if !has_moved {
            return None;
        }
    }
    assert_eq!(intake.taken, 0);
    assert!(intake.admitted.is_empty() && intake.queue.is_empty());
    Some(most)
}

#[test]
fn a_crowd_of_long_answers_is_read_within_the_room() {
    let answer = Answer {
        length: MB,
        limit: MB,
    };
    let most = read_all(&vec![answer; 1500], 50_000).unwrap();
    // Those that wait have read what is short.
    assert!(most <= ROOM + 1500 * SHORT, "{most}");
}

#[test]
fn short_answers_never_wait() {
    let mut intake = Intake::new();
    let mut long: Vec<_> = (0..100).map(|_| Body::new(MB)).collect();
    for body in &mut long {
        if !intake.claim(body, MB, 0) {
            intake.park(body, ());
        }
    }
    assert!(!intake.claim(&mut Body::new(MB), SHORT + 1, 0));
    let mut short = Body::new(MB);
    assert!(intake.claim(&mut short, SHORT, 0));
    assert!(intake.close(&short, 0).is_empty());
}

#[test]
fn who_asked_first_is_admitted_first() {
    let mut intake = Intake::new();
    let mut bodies: Vec<_> = (0..ROOM / MB + 3).map(|_| Body::new(MB)).collect();
    for (index, body) in bodies.iter_mut().enumerate() {
        if !intake.claim(body, 20_000, 0) {
            intake.park(body, index);
        }
    }
    let waiting = ROOM / MB;
    let first = bodies.remove(0);
    assert_eq!(intake.close(&first, 0), [waiting]);
    // One that gives up leaves its place to those behind.
    let gone = bodies.remove(waiting);
    assert!(intake.close(&gone, 0).is_empty());
    let second = bodies.remove(0);
    assert_eq!(intake.close(&second, 0), [waiting + 2]);
    assert!(intake.claim(&mut bodies[waiting - 2], MB, 0));
}

#[test]
fn one_answer_alone_may_be_as_long_as_its_limit() {
    let answer = Answer {
        length: 2 * ROOM,
        limit: 2 * ROOM,
    };
    assert!(read_all(&vec![answer; 5], MB).is_some());
}

#[test]
fn a_body_of_which_nothing_is_heard_loses_its_room() {
    let mut intake = Intake::new();
    let mut silent: Vec<_> = (0..ROOM / MB).map(|_| Body::new(MB)).collect();
    for body in &mut silent {
        assert!(intake.claim(body, MB, 0));
    }
    let mut other = Body::new(MB);
    assert!(!intake.claim(&mut other, MB, 1));
    intake.park(&other, 'o');
    assert!(!intake.claim(&mut other, MB, LAPSE_MS - 1));
    assert!(intake.claim(&mut other, MB, LAPSE_MS));
    // If it lives after all, it asks anew, and nothing is counted twice.
    assert!(intake.claim(&mut silent[0], MB, LAPSE_MS));
    for body in &silent {
        intake.close(body, LAPSE_MS);
    }
    intake.close(&other, LAPSE_MS);
    assert_eq!(intake.taken, 0);
}

#[test]
fn one_that_waits_in_vain_holds_nobody_up() {
    let mut intake = Intake::new();
    let mut reading: Vec<_> = (0..ROOM / MB).map(|_| Body::new(MB)).collect();
    for body in &mut reading {
        assert!(intake.claim(body, MB, 0));
    }
    let (mut dead, mut alive) = (Body::new(MB), Body::new(MB));
    assert!(!intake.claim(&mut dead, MB, 0));
    intake.park(&dead, "dead");
    assert!(!intake.claim(&mut alive, MB, LAPSE_MS - 1));
    intake.park(&alive, "alive");
    for body in &mut reading {
        assert!(intake.claim(body, MB, LAPSE_MS - 1));
    }
    assert_eq!(intake.close(&reading[0], LAPSE_MS), ["alive"]);
}

proptest! {
    #[test]
    fn whatever_comes_all_is_read_within_bounds(
        answers in prop::collection::vec((1..3 * MB, 1..80 * MB), 1..60),
        piece in 50_000..2 * MB,
    ) {
        let answers: Vec<_> = answers
            .into_iter()
            .map(|(length, more)| Answer { length: length * 4, limit: (length * 4).max(more) })
            .collect();
        let longest = answers.iter().map(|it| it.limit).max().unwrap();
        let most = read_all(&answers, piece);
        prop_assert!(most.is_some(), "they wait for each other");
        // The first of all may go beyond, by what it may take at most.
        prop_assert!(most.unwrap() <= ROOM + longest + answers.len() * SHORT);
    }
}
