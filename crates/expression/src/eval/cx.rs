use super::closure;
use crate::Value;
use crate::exception::{Eval, Exception, Fault};
use crate::host::Host;
use crate::object::Enumerator;
use crate::symbol::Symbols;
use crate::text::Text;
use crate::{Limits, library};
use clock::Moment;
use parking_lot::Mutex;
use std::sync::Arc;

/// A variable that a lambda shares with the code around it.
pub(crate) type Cell = Arc<Mutex<Value>>;

/// A place for a local variable.
#[derive(Debug, Clone)]
pub(crate) enum Slot {
    Value(Value),
    Cell(Cell),
}

// Steps between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u64 = 1024;
// What parsing or searching a text costs, so that an expression which does nothing else takes about as long as a loop.
const STEPS_OF_WORK: u64 = 8;
const BYTES_OF_A_STEP: usize = 16;
const BACKTRACKS_OF_A_STEP: u64 = 8;

/// What one evaluation carries with it.
pub struct Cx<'h> {
    pub(crate) host: &'h mut (dyn Host + 'h),
    pub(crate) symbols: &'h Symbols,
    limits: &'h Limits,
    steps: u64,
    bytes: usize,
    // When the evaluation must be over.
    until: Moment,
    pub(super) depth: u32,
    pub(super) slots: Vec<Slot>,
    pub(super) base: usize,
    // Every cell of this run: emptied at its end, so that a function which holds itself is freed.
    pub(super) cells: Vec<Cell>,
    // The value of a `return` on its way out.
    pub(super) result: Value,
    // What `throw;` throws again.
    pub(super) caught: Vec<Fault>,
}

impl<'h> Cx<'h> {
    pub(crate) fn new(
        host: &'h mut (dyn Host + 'h),
        symbols: &'h Symbols,
        limits: &'h Limits,
        frame: u32,
    ) -> Cx<'h> {
        let mut slots = Vec::new();
        slots.resize(frame as usize, Slot::Value(Value::Null));
        let until = host.now() + limits.time;
        Cx {
            host,
            symbols,
            limits,
            steps: limits.steps,
            bytes: limits.bytes,
            until,
            depth: 0,
            slots,
            base: 0,
            cells: Vec::new(),
            result: Value::Null,
            caught: Vec::new(),
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Moment {
        self.host.now()
    }

    /// 64 random bits.
    pub(crate) fn random(&mut self) -> u64 {
        self.host.random()
    }

    /// The backtracking that a regular expression may do.
    pub(crate) fn backtracks(&self) -> usize {
        self.limits.backtracks
    }

    /// One turn of something that could go on for ever.
    pub(crate) fn step(&mut self) -> Eval<()> {
        match self.steps.checked_sub(1) {
            Some(left) => {
                self.steps = left;
                // A look at the clock costs more than a step.
                if left % STEPS_BETWEEN_LOOKS == 0 && self.host.now() > self.until {
                    return Err(self.too_late());
                }
                Ok(())
            }
            None => Err(self.spent()),
        }
    }

    /// Work that no loop of the expression counts: a text of so many bytes is parsed or searched. It is paid for in steps, and
    /// the clock is looked at.
    pub(crate) fn work(&mut self, bytes: usize) -> Eval<()> {
        self.spend(STEPS_OF_WORK + (bytes / BYTES_OF_A_STEP) as u64)?;
        match self.host.now() > self.until {
            true => Err(self.too_late()),
            false => Ok(()),
        }
    }

    /// A match that was given up has done all the backtracking that it may.
    pub(super) fn caught(&mut self, exception: &Exception) -> Eval<()> {
        match exception.type_name {
            "System.Text.RegularExpressions.RegexMatchTimeoutException" => {
                self.spend(self.limits.backtracks as u64 / BACKTRACKS_OF_A_STEP)
            }
            _ => Ok(()),
        }
    }

    fn spend(&mut self, steps: u64) -> Eval<()> {
        self.steps = self.steps.checked_sub(steps).ok_or_else(|| self.spent())?;
        Ok(())
    }

    #[cold]
    fn spent(&self) -> Fault {
        Fault::budget(format!(
            "The expression was stopped after {} steps.",
            self.limits.steps
        ))
    }

    #[cold]
    fn too_late(&self) -> Fault {
        let seconds = self.limits.time.as_secs_f64();
        Fault::budget(format!("The expression was stopped after {seconds} seconds."))
    }

    /// Memory about to be taken, counted over the whole evaluation.
    pub(crate) fn charge(&mut self, bytes: usize) -> Eval<()> {
        self.fits(bytes)?;
        match self.bytes.checked_sub(bytes) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(Fault::budget(format!(
                "The expression was stopped because it asked for more than {} bytes.",
                self.limits.bytes
            ))),
        }
    }

    /// Whether one string or array may have so many bytes.
    pub(crate) fn fits(&self, bytes: usize) -> Eval<()> {
        match bytes <= self.limits.item_bytes {
            true => Ok(()),
            false => Err(Fault::budget(format!(
                "The expression was stopped because it asked for a string or array of more than {} bytes.",
                self.limits.item_bytes
            ))),
        }
    }

    /// Room for one more element in a collection that has `len`.
    pub(crate) fn grow(&mut self, len: usize) -> Eval<()> {
        match len < self.limits.elements {
            true => self.charge(2 * size_of::<Value>()),
            false => Err(self.too_many()),
        }
    }

    #[cold]
    fn too_many(&self) -> Fault {
        Fault::budget(format!(
            "The expression was stopped because it put more than {} elements into one collection.",
            self.limits.elements
        ))
    }

    /// Memory for `count` values.
    pub(crate) fn charge_values(&mut self, count: usize) -> Eval<()> {
        if count > self.limits.elements {
            return Err(self.too_many());
        }
        self.charge(count.saturating_mul(size_of::<Value>()))
    }

    pub(super) fn enter(&mut self) -> Eval<()> {
        self.step()?;
        if self.depth >= self.limits.depth {
            let message = format!(
                "The expression was stopped at {} nested calls.",
                self.limits.depth
            );
            return Err(Fault::budget(message));
        }
        self.depth += 1;
        Ok(())
    }

    /// Calls a lambda or local function.
    pub(crate) fn invoke(&mut self, function: &Value, args: &[Value]) -> Eval {
        let mut args: smallvec::SmallVec<[Value; 4]> = args.iter().cloned().collect();
        closure::call(self, function, &mut args)
    }

    /// Calls a predicate.
    pub(crate) fn holds(&mut self, function: &Value, args: &[Value]) -> Eval<bool> {
        Ok(self.invoke(function, args)?.bool())
    }

    /// `ToString()` of anything; null is empty.
    pub(crate) fn text(&mut self, value: &Value) -> Eval<Text> {
        match value {
            Value::Part(part) => library::context::text(self, *part),
            other => Ok(other.text()),
        }
    }

    /// The elements of a sequence.
    pub(crate) fn iterate(&mut self, value: &Value) -> Eval<Box<dyn Enumerator>> {
        library::enumerable::iterate(self, value)
    }

    /// All elements of a sequence.
    pub(crate) fn collect(&mut self, value: &Value) -> Eval<Vec<Value>> {
        let mut walk = self.iterate(value)?;
        let mut items = Vec::new();
        while let Some(item) = walk.next(self)? {
            self.step()?;
            self.grow(items.len())?;
            items.push(item);
        }
        Ok(items)
    }

    pub(super) fn local(&self, slot: u32) -> Value {
        match self.slots.get(self.base + slot as usize) {
            Some(Slot::Value(value)) => value.clone(),
            Some(Slot::Cell(cell)) => cell.lock().clone(),
            None => Value::Null,
        }
    }

    pub(super) fn set_local(&mut self, slot: u32, value: Value) {
        if let Some(place) = self.slots.get_mut(self.base + slot as usize) {
            *place = Slot::Value(value);
        }
    }

    pub(super) fn cell(&self, slot: u32) -> Option<&Cell> {
        match self.slots.get(self.base + slot as usize) {
            Some(Slot::Cell(cell)) => Some(cell),
            _ => None,
        }
    }

    pub(super) fn set_cell(&mut self, slot: u32, value: Value) {
        match self.cell(slot) {
            Some(cell) => drop(std::mem::replace(&mut *cell.lock(), value)),
            None => self.fresh_cell(slot, value),
        }
    }

    /// A new shared variable in a slot.
    pub(super) fn fresh_cell(&mut self, slot: u32, value: Value) {
        let cell: Cell = Arc::new(Mutex::new(value));
        self.cells.push(cell.clone());
        if let Some(place) = self.slots.get_mut(self.base + slot as usize) {
            *place = Slot::Cell(cell);
        }
    }

    /// Frees what holds itself. Only when nothing that could still run is in the result.
    pub(crate) fn release(&mut self, result: &Value) {
        if !matches!(result, Value::Object(_)) {
            for cell in self.cells.drain(..) {
                let value = std::mem::take(&mut *cell.lock());
                drop(value);
            }
        }
    }

    pub(crate) fn missing_key(key: &str) -> Exception {
        Exception::new(
            "System.Collections.Generic.KeyNotFoundException",
            format!("The given key '{key}' was not present in the dictionary."),
        )
    }
}
