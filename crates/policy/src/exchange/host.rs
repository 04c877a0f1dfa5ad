use super::Exchange;
use clock::Moment;
use expression::{
    BackendFacts, BodyRead, Facts, Host, LastError, Message, ParsedBodies, RequestView, ResponseView, Symbol,
    Value,
};
use trace::Step;
use uuid::Uuid;

impl Host for Exchange {
    fn now(&self) -> Moment {
        self.time()
    }

    fn random(&mut self) -> u64 {
        self.chance().map_or(0, clock::Rng::bits)
    }

    fn request(&self) -> RequestView<'_> {
        let request = &self.request;
        RequestView {
            method: request.method.as_str(),
            url: &request.url,
            original_url: &request.original_url,
            headers: &request.headers,
            ip_address: &request.ip_address,
            matched_parameters: &request.matched,
            certificate: request.certificate.as_ref().and_then(|it| it.shown.as_ref()),
            foundry_deployment: request.foundry_deployment(),
        }
    }

    fn response(&self) -> Option<ResponseView<'_>> {
        self.response.as_ref().map(|response| ResponseView {
            status: response.status.as_u16(),
            reason: response.reason(),
            headers: &response.headers,
        })
    }

    fn body(&mut self, of: Message, preserve: bool) -> BodyRead {
        match (of, &mut self.response) {
            (Message::Request, _) => self.request.body.read(&mut self.request.headers, preserve),
            (Message::Response, Some(response)) => response.body.read(&mut response.headers, preserve),
            (Message::Response, None) => BodyRead::Absent,
        }
    }

    fn parsed(&mut self) -> Option<&mut ParsedBodies> {
        Some(&mut self.parsed)
    }

    fn has_body(&self, of: Message) -> bool {
        match of {
            Message::Request => self.request.body.is_present(),
            Message::Response => self.response.as_ref().is_some_and(|it| it.body.is_present()),
        }
    }

    fn variable(&self, name: Symbol) -> Option<&Value> {
        self.variables.get(name)
    }

    fn variables(&self) -> Vec<(Symbol, Value)> {
        self.variables.all().to_vec()
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn backend(&self) -> Option<BackendFacts> {
        self.backend.as_ref().map(|backend| BackendFacts {
            id: backend.name.clone(),
            is_pool: backend.is_pool,
            azure_region: backend.azure_region.clone(),
        })
    }

    fn last_error(&self) -> Option<&LastError> {
        self.last_error.as_ref()
    }

    fn request_id(&self) -> Uuid {
        self.request_id
    }

    fn timestamp(&self) -> Moment {
        self.received
    }

    fn tracing(&self) -> bool {
        self.is_full()
    }

    fn trace(&mut self, message: &str) {
        let message = self.masked(message.to_owned());
        self.note(Step::Message(Box::new(trace::Message {
            severity: "information".to_owned(),
            message,
            metadata: Vec::new(),
        })));
    }
}
