//! The same attempt on many things, as many at a time as there are cores; all failures are told.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::Result;

/// Tries `attempt` on each of `items`, whether others fail or not.
pub(crate) fn each<T: Sync>(items: &[T], attempt: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(error) = attempt(item) {
                failures.lock().expect("nothing panics with the lock").push(error.to_string());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().expect("nothing panics with the lock");
    match failures.is_empty() {
        true => Ok(()),
        false => {
            let count = format!("{} of {} failed", failures.len(), items.len());
            Err(format!("{}\n{count}", failures.join("\n")).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_tried_and_every_failure_is_told() {
        let tried = AtomicUsize::new(0);

        let outcome = each(&[1, 2, 3, 4], |item| {
            tried.fetch_add(1, Ordering::Relaxed);
            if item % 2 == 0 { Err(format!("item {item}").into()) } else { Ok(()) }
        });

        let told = outcome.expect_err("two fail").to_string();
        assert_eq!(tried.into_inner(), 4);
        assert!(told.contains("item 2") && told.contains("item 4"), "{told}");
        assert!(told.ends_with("2 of 4 failed"), "{told}");
    }
}
