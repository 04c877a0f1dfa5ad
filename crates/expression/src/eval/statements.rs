//! Statements.

use super::closure;
use super::code::{Block, Catch, Code, For, Foreach, Place, Stmt, Switch, Try};
use super::cx::Cx;
use super::pattern;
use crate::Value;
use crate::exception::{Eval, Exception, Fault};
use crate::library::exceptions;

/// How a statement ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    // The value lies in the context.
    Return,
    Goto(usize),
    Jump(u32),
}

pub(super) fn exec(cx: &mut Cx<'_>, stmt: &Stmt) -> Eval<Flow> {
    match stmt {
        Stmt::Nothing | Stmt::Label(_) => Ok(Flow::Next),
        Stmt::Eval(code) => code.eval(cx).map(|_| Flow::Next),
        Stmt::Block(block) => exec_block(cx, block),
        Stmt::If(parts) => {
            let (condition, yes, no) = &**parts;
            match condition.eval(cx)?.bool() {
                true => exec(cx, yes),
                false => exec(cx, no),
            }
        }
        Stmt::While(parts) => exec_while(cx, &parts.0, &parts.1),
        Stmt::DoWhile(parts) => exec_do(cx, &parts.0, &parts.1),
        Stmt::For(parts) => exec_for(cx, parts),
        Stmt::Foreach(parts) => exec_foreach(cx, parts),
        Stmt::Return(value) => {
            cx.result = match value {
                Some(code) => code.eval(cx)?,
                None => Value::Null,
            };
            Ok(Flow::Return)
        }
        Stmt::Throw(code) => {
            let thrown = code.eval(cx)?;
            Err(exceptions::throw(thrown))
        }
        Stmt::Rethrow => Err(cx
            .caught
            .last()
            .cloned()
            .unwrap_or_else(|| Fault::budget("nothing to throw"))),
        Stmt::Break => Ok(Flow::Break),
        Stmt::Continue => Ok(Flow::Continue),
        Stmt::Goto(section) => Ok(Flow::Goto(*section)),
        Stmt::Jump(label) => Ok(Flow::Jump(*label)),
        Stmt::Try(parts) => exec_try(cx, parts),
        Stmt::Using(parts) => {
            let (slot, resource, body) = &**parts;
            let resource = resource.eval(cx)?;
            cx.set_local(*slot, resource.clone());
            let flow = exec(cx, body);
            if let Value::Object(object) = &resource {
                object.dispose();
            }
            flow
        }
        Stmt::Switch(switch) => exec_switch(cx, switch),
    }
}

fn enter(cx: &mut Cx<'_>, fresh: &[u32]) {
    for slot in fresh {
        cx.fresh_cell(*slot, Value::Null);
    }
}

fn exec_block(cx: &mut Cx<'_>, block: &Block) -> Eval<Flow> {
    enter(cx, &block.fresh);
    for (slot, function) in &block.functions {
        let function = closure::close(cx, function);
        cx.set_cell(*slot, function);
    }
    exec_all(cx, &block.body)
}

fn exec_all(cx: &mut Cx<'_>, body: &[Stmt]) -> Eval<Flow> {
    let mut rest = body;
    while let Some((stmt, after)) = rest.split_first() {
        match exec(cx, stmt)? {
            Flow::Next => rest = after,
            Flow::Jump(label) => match labeled(body, label) {
                Some(target) => {
                    cx.step()?;
                    rest = target;
                }
                None => return Ok(Flow::Jump(label)),
            },
            flow => return Ok(flow),
        }
    }
    Ok(Flow::Next)
}

// The statements from a label on, if it stands among these.
fn labeled(body: &[Stmt], label: u32) -> Option<&[Stmt]> {
    let at = body
        .iter()
        .position(|it| matches!(it, Stmt::Label(id) if *id == label))?;
    body.get(at..)
}

// What a loop does with the flow of its body: go on, or leave with this.
fn leave(flow: Flow) -> Option<Flow> {
    match flow {
        Flow::Next | Flow::Continue => None,
        Flow::Break => Some(Flow::Next),
        Flow::Return | Flow::Goto(_) | Flow::Jump(_) => Some(flow),
    }
}

fn exec_while(cx: &mut Cx<'_>, condition: &Code, body: &Stmt) -> Eval<Flow> {
    while condition.eval(cx)?.bool() {
        cx.step()?;
        if let Some(flow) = leave(exec(cx, body)?) {
            return Ok(flow);
        }
    }
    Ok(Flow::Next)
}

fn exec_do(cx: &mut Cx<'_>, body: &Stmt, condition: &Code) -> Eval<Flow> {
    loop {
        cx.step()?;
        if let Some(flow) = leave(exec(cx, body)?) {
            return Ok(flow);
        }
        if !condition.eval(cx)?.bool() {
            return Ok(Flow::Next);
        }
    }
}

fn exec_for(cx: &mut Cx<'_>, parts: &For) -> Eval<Flow> {
    enter(cx, &parts.fresh);
    exec_all(cx, &parts.init)?;
    loop {
        if let Some(condition) = &parts.condition
            && !condition.eval(cx)?.bool()
        {
            return Ok(Flow::Next);
        }
        cx.step()?;
        if let Some(flow) = leave(exec(cx, &parts.body)?) {
            return Ok(flow);
        }
        for step in &parts.step {
            step.eval(cx)?;
        }
    }
}

fn exec_foreach(cx: &mut Cx<'_>, parts: &Foreach) -> Eval<Flow> {
    let sequence = parts.sequence.eval(cx)?;
    if sequence.is_null() {
        return Err(Exception::null_reference().into());
    }
    let mut walk = cx.iterate(&sequence)?;
    while let Some(item) = walk.next(cx)? {
        cx.step()?;
        enter(cx, &parts.fresh);
        cx.set_local(parts.element, item);
        parts.assign.eval(cx)?;
        if let Some(flow) = leave(exec(cx, &parts.body)?) {
            return Ok(flow);
        }
    }
    Ok(Flow::Next)
}

fn exec_try(cx: &mut Cx<'_>, parts: &Try) -> Eval<Flow> {
    // Slots of calls that the exception left are dropped here.
    let (base, depth, length) = (cx.base, cx.depth, cx.slots.len());
    let mut outcome = exec(cx, &parts.body);
    if let Err(fault) = &outcome
        && fault.get().catchable
        && !parts.catches.is_empty()
    {
        let fault = fault.clone();
        (cx.base, cx.depth) = (base, depth);
        cx.slots.truncate(length);
        outcome = catch(cx, &parts.catches, fault);
    }
    let Some(finally) = &parts.finally else {
        return outcome;
    };
    if outcome.as_ref().is_err_and(|fault| !fault.get().catchable) {
        return outcome;
    }
    (cx.base, cx.depth) = (base, depth);
    cx.slots.truncate(length);
    let result = std::mem::take(&mut cx.result);
    exec(cx, finally)?;
    cx.result = result;
    outcome
}

fn catch(cx: &mut Cx<'_>, catches: &[Catch], fault: Fault) -> Eval<Flow> {
    cx.caught(&fault.get().exception)?;
    let caught = exceptions::caught(&fault);
    for clause in catches {
        if !super::cast::is_instance(&caught, &clause.ty) {
            continue;
        }
        enter(cx, &clause.fresh);
        store(cx, &clause.place, caught.clone())?;
        if let Some(filter) = &clause.filter
            && !filter.eval(cx).is_ok_and(|it| it.bool())
        {
            continue;
        }
        cx.caught.push(fault);
        let flow = exec(cx, &clause.body);
        cx.caught.pop();
        return flow;
    }
    Err(fault)
}

fn exec_switch(cx: &mut Cx<'_>, switch: &Switch) -> Eval<Flow> {
    let value = switch.value.eval(cx)?;
    enter(cx, &switch.fresh);
    for (slot, function) in &switch.functions {
        let function = closure::close(cx, function);
        cx.set_cell(*slot, function);
    }
    let mut chosen = switch.default;
    for (label, guard, section) in &switch.labels {
        if !pattern::matches(cx, &value, label)? {
            continue;
        }
        let holds = match guard {
            Some(guard) => guard.eval(cx)?.bool(),
            None => true,
        };
        if holds {
            chosen = Some(*section);
            break;
        }
    }
    let mut next = chosen;
    while let Some(section) = next.take().and_then(|at| switch.sections.get(at)) {
        cx.step()?;
        match exec_all(cx, section)? {
            Flow::Next | Flow::Break => return Ok(Flow::Next),
            Flow::Goto(section) => next = Some(section),
            flow => return Ok(flow),
        }
    }
    Ok(Flow::Next)
}

pub(super) fn store(cx: &mut Cx<'_>, place: &Place, value: Value) -> Eval<()> {
    match place {
        Place::Discard => (),
        Place::Local(slot) => cx.set_local(*slot, value),
        Place::Cell(slot) => cx.set_cell(*slot, value),
        Place::Through(slot, code) => {
            cx.set_local(*slot, value);
            code.eval(cx)?;
        }
    }
    Ok(())
}
