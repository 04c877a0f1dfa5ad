use super::{Exchange, Response};
use crate::Body;
use crate::caching::Remembered;

/// Which messages a policy has touched, so that a merge knows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Changed {
    pub(crate) request: bool,
    pub(crate) response: bool,
}

/// What a fork brings back.
#[derive(Debug)]
pub(crate) struct Merge(Box<Exchange>);

impl Exchange {
    /// A copy for a parallel child of `wait`. Bodies that pass by stay with the original.
    pub(crate) fn fork(&mut self, child: usize) -> Exchange {
        Exchange {
            request: self.request.fork(),
            response: self.response.as_ref().map(Response::fork),
            variables: self.variables.fork(),
            template: self.template.clone(),
            backend: self.backend.clone(),
            last_error: self.last_error.clone(),
            late_headers: Vec::new(),
            late: Vec::new(),
            meter: self.meter.clone(),
            tokens: self.tokens.clone(),
            remembered: Remembered::default(),
            quotas: self.quotas.clone(),
            body_limit: self.body_limit,
            parsed: self.parsed.clone(),
            facts: self.facts.clone(),
            symbols: self.symbols.clone(),
            request_id: self.request_id,
            received: self.received,
            detail: self.detail,
            dice_ordinal: self.dice_ordinal,
            clock: self.clock.clone(),
            // Each child draws from a stream of its own, so that who is polled first does not matter.
            chance: self.chance.clone().map(|mut rng| {
                let mut seed = 0;
                for _ in 0..=child {
                    seed = rng.bits();
                }
                clock::Dice::new(seed).roll("wait", child as u64)
            }),
            secrets: self.secrets.clone(),
            events: Vec::new(),
            given_up: self.given_up.clone(),
            place: self.place.clone(),
            changed: Changed::default(),
        }
    }

    /// The fork, to be merged in document order.
    pub(crate) fn into_merge(self) -> Merge {
        Merge(Box::new(self))
    }

    /// Takes over what a fork has written; of two that wrote the same, the later in document order stands.
    pub(crate) fn merge(&mut self, merge: Merge) {
        let fork = *merge.0;
        self.variables.merge(fork.variables);
        self.events.extend(fork.events);
        self.late_headers.extend(fork.late_headers);
        self.late.extend(fork.late);
        self.quotas.extend(fork.quotas);
        self.remembered.merge(fork.remembered);
        if fork.changed.request {
            let body_moved = !fork.request.body.is_stream() && fork.request.body.bytes().is_none();
            let own = std::mem::replace(&mut self.request, fork.request);
            if body_moved {
                self.request.body = own.body;
            }
            self.backend = fork.backend;
            self.changed.request = true;
        }
        if fork.changed.response {
            self.response = fork.response;
            self.changed.response = true;
        }
    }
}

impl Response {
    fn fork(&self) -> Response {
        let body = match self.body.bytes() {
            Some(bytes) => Body::Full(bytes.clone()),
            None if self.body.is_present() => Body::Taken,
            None => Body::Absent,
        };
        Response {
            status: self.status,
            reason: self.reason.clone(),
            headers: self.headers.clone(),
            body: body.into(),
        }
    }
}
