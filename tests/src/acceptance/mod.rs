//! What a page cannot say.

use crate::Test;

pub(crate) fn tests() -> Vec<Test> {
    Vec::new()
}
