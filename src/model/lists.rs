//! Lists and texts whose running out of memory is an error.

use crate::model::error::{Error, Result};

/// A list of all `items`.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`, naming `what`; the first error among the items.
pub fn collect<T>(
    items: impl ExactSizeIterator<Item = Result<T>>,
    what: &'static str,
) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(items.len())
        .map_err(|_| Error::out_of_memory(what, items.len().saturating_mul(size_of::<T>())))?;
    for item in items {
        push(&mut list, item?, what)?;
    }
    Ok(list)
}

/// A copy of a list.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`, naming `what`.
pub fn copied<T: Copy>(items: &[T], what: &'static str) -> Result<Vec<T>> {
    collect(items.iter().copied().map(Ok), what)
}

/// Puts `item` behind a list.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`, naming `what`; the list is then as it was.
pub fn push<T>(list: &mut Vec<T>, item: T, what: &'static str) -> Result<()> {
    list.try_reserve(1).map_err(|_| Error::out_of_memory(what, size_of::<T>()))?;
    list.push(item);
    Ok(())
}

/// A copy of a text, as far as it is one.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`, naming `what`.
pub fn copied_text(bytes: &[u8], what: &'static str) -> Result<String> {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.try_reserve(chunk.valid().len())
            .map_err(|_| Error::out_of_memory(what, bytes.len()))?;
        text.push_str(chunk.valid());
    }
    Ok(text)
}
