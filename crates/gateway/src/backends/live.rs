//! The backends of a running service: settings of this load, state that outlives a reload.

use super::affinity::Affinity;
use super::breaker::{Breaker, CallResult, Open};
use super::credentials::Credentials;
use super::pool::{Member, Rotation};
use super::retry_after;
use crate::target::{Directory, Target};
use crate::transport::Way;
use clock::Moment;
use http::{HeaderMap, HeaderValue, StatusCode};
use model::BackendKind;
use parking_lot::Mutex;
use smallvec::SmallVec;
use std::sync::Arc;
use trace::{Skip, SkipReason, Trip};

/// Every backend of a service, in the order of its plan.
#[derive(Debug, Default)]
pub(crate) struct Backends {
    all: Vec<Backend>,
}

#[derive(Debug)]
struct Backend {
    config: model::Backend,
    name: Arc<str>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Single(Box<Single>),
    Pool(Box<Pool>),
}

/// A backend that is called.
#[derive(Debug)]
pub(crate) struct Single {
    /// Where it is; the text says why it cannot be called.
    pub(crate) target: Result<Target, String>,
    /// What is sent along.
    pub(crate) credentials: Credentials,
    /// How it is talked to; the text says why it cannot be.
    pub(crate) way: Result<Arc<Way>, String>,
    breaker: Arc<Mutex<Breaker>>,
}

#[derive(Debug)]
struct Pool {
    members: Vec<Member>,
    rotation: Arc<Mutex<Rotation>>,
    affinity: Option<Affinity>,
    status: StatusCode,
}

/// Who gets a call.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    /// Name of the backend.
    pub(crate) name: &'a Arc<str>,
    /// Its place in the plan.
    pub(crate) index: usize,
    /// The backend.
    pub(crate) single: &'a Single,
    /// The pool that was asked.
    pub(crate) pool: Option<&'a Arc<str>>,
    /// Members that were passed over.
    pub(crate) skipped: Vec<Skip>,
    /// Binds the caller to the member.
    pub(crate) cookie: Option<HeaderValue>,
}

/// Nobody gets it.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Status of the answer that the gateway makes.
    pub(crate) status: StatusCode,
    /// Seconds until the earliest breaker closes.
    pub(crate) retry_after: u64,
    /// The pool that was asked.
    pub(crate) pool: Option<Arc<str>>,
    /// The backend, if it was asked for directly.
    pub(crate) backend: Option<Arc<str>>,
    /// Who was passed over, and why.
    pub(crate) skipped: Vec<Skip>,
}

impl Backends {
    /// The backends of a plan. One that `before` had with the same settings keeps its breaker and its rotation; one that
    /// changed starts fresh (inferred, gateway.md 3.4).
    pub(crate) fn new<'a>(
        configs: impl Iterator<Item = &'a model::Backend> + Clone,
        directory: &Directory,
        before: &Backends,
        way: impl Fn(usize, &model::Backend) -> Result<Arc<Way>, String>,
    ) -> Backends {
        let names: Vec<Arc<str>> = configs
            .clone()
            .map(|config| config.name.as_str().into())
            .collect();
        let backend = |(at, (config, name)): (usize, (&model::Backend, &Arc<str>))| {
            let old = before.all.iter().find(|old| old.config == *config);
            let kind = match config.kind {
                BackendKind::Single => Kind::Single(Box::new(Single::new(
                    config,
                    name,
                    directory,
                    old,
                    way(at, config),
                ))),
                BackendKind::Pool => Kind::Pool(Box::new(Pool::new(config, &names, old))),
            };
            Backend {
                config: config.clone(),
                name: name.clone(),
                kind,
            }
        };
        Backends {
            all: configs.zip(&names).enumerate().map(backend).collect(),
        }
    }

    /// Who gets a call to the backend at `index`. `None` if there is no such backend.
    pub(crate) fn choose(
        &self,
        index: usize,
        headers: &HeaderMap,
        now: Moment,
    ) -> Option<Result<Choice<'_>, Box<Refusal>>> {
        let backend = self.all.get(index)?;
        Some(match &backend.kind {
            Kind::Single(single) => match single.open_at(now) {
                None => Ok(Choice {
                    name: &backend.name,
                    index,
                    single,
                    pool: None,
                    skipped: Vec::new(),
                    cookie: None,
                }),
                Some(open) => Err(Box::new(single.refusal(&backend.name, open, now))),
            },
            Kind::Pool(pool) => self.choose_member(backend, pool, headers, now),
        })
    }

    fn choose_member<'a>(
        &'a self,
        backend: &'a Backend,
        pool: &'a Pool,
        headers: &HeaderMap,
        now: Moment,
    ) -> Result<Choice<'a>, Box<Refusal>> {
        let open = |member: &Member| self.single(member.backend).and_then(|single| single.open_at(now));
        let open: SmallVec<[Option<Open>; 8]> = pool.members.iter().map(open).collect();
        let bound = pool
            .affinity
            .as_ref()
            .and_then(|affinity| affinity.bound(headers));
        let pick = pool.rotation.lock().pick(&pool.members, &open, bound);
        let chosen = pick
            .member
            .and_then(|at| Some((at, self.single(pool.members[at].backend)?)));
        let Some((at, single)) = chosen else {
            let closing = open.iter().flatten().map(|open| open.until).min().unwrap_or(now);
            return Err(Box::new(Refusal {
                status: pool.status,
                retry_after: retry_after::seconds_until(closing, now),
                pool: Some(backend.name.clone()),
                backend: None,
                skipped: pick.skipped,
            }));
        };
        let cookie = match &pool.affinity {
            Some(affinity) if bound != Some(at) => affinity.cookie(at),
            _ => None,
        };
        let name = &pool.members[at].name;
        Ok(Choice {
            name,
            index: pool.members[at].backend,
            single,
            pool: Some(&backend.name),
            skipped: pick.skipped,
            cookie,
        })
    }

    /// Every backend in order: name, and its breaker if it has one.
    pub(crate) fn breakers(&self) -> impl Iterator<Item = (&Arc<str>, Option<&Mutex<Breaker>>)> {
        self.all.iter().map(|backend| match &backend.kind {
            Kind::Single(single) => (&backend.name, Some(&*single.breaker)),
            Kind::Pool(_) => (&backend.name, None),
        })
    }

    /// Members of a pool: names, priorities, weights.
    pub(crate) fn members(&self, name: &str) -> &[Member] {
        match self
            .all
            .iter()
            .find(|backend| *backend.name == *name)
            .map(|backend| &backend.kind)
        {
            Some(Kind::Pool(pool)) => &pool.members,
            _ => &[],
        }
    }

    /// How the backends are talked to that are called over TLS.
    pub(crate) fn ways(&self) -> impl Iterator<Item = &Arc<Way>> {
        self.all.iter().filter_map(|backend| match &backend.kind {
            Kind::Single(single) if single.target.as_ref().is_ok_and(Target::is_tls) => {
                single.way.as_ref().ok()
            }
            Kind::Single(_) | Kind::Pool(_) => None,
        })
    }

    fn single(&self, index: usize) -> Option<&Single> {
        match &self.all.get(index)?.kind {
            Kind::Single(single) => Some(single),
            Kind::Pool(_) => None,
        }
    }
}

impl Single {
    fn new(
        config: &model::Backend,
        name: &Arc<str>,
        directory: &Directory,
        old: Option<&Backend>,
        way: Result<Arc<Way>, String>,
    ) -> Single {
        let url = config.url.as_deref().unwrap_or_default();
        let target = match policy::url::parse(url) {
            Some(url) => directory.target(&url),
            None => Err(format!(
                "backend `{name}` has the URL `{url}`, which is not absolute"
            )),
        };
        let rules = config
            .circuit_breaker
            .as_ref()
            .map(|it| it.rules.as_slice())
            .unwrap_or_default();
        let breaker = match old.map(|old| &old.kind) {
            Some(Kind::Single(old)) => old.breaker.clone(),
            _ => Arc::new(Mutex::new(Breaker::new(name.clone(), rules))),
        };
        Single {
            target,
            credentials: Credentials::new(&config.credentials),
            way,
            breaker,
        }
    }

    /// Counts what came of a call; the trip if that opened the breaker.
    pub(crate) fn record(&self, now: Moment, result: CallResult<'_>) -> Option<Trip> {
        self.breaker.lock().record(now, result)
    }

    fn open_at(&self, now: Moment) -> Option<Open> {
        self.breaker.lock().open_at(now)
    }

    fn refusal(&self, name: &Arc<str>, open: Open, now: Moment) -> Refusal {
        let status = self.breaker.lock().status(open);
        let reason = SkipReason::Open {
            until: open.until,
            source: open.source,
        };
        Refusal {
            status: status_or_unavailable(status),
            retry_after: retry_after::seconds_until(open.until, now),
            pool: None,
            backend: Some(name.clone()),
            skipped: vec![Skip {
                backend: name.clone(),
                reason,
            }],
        }
    }
}

impl Pool {
    fn new(config: &model::Backend, names: &[Arc<str>], old: Option<&Backend>) -> Pool {
        let nothing = model::Pool::default();
        let pool = config.pool.as_ref().unwrap_or(&nothing);
        let member = |member: &model::PoolMember| {
            // Resource names are compared without case, as ARM does.
            let at = names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(member.backend()))?;
            Some(Member::new(at, names[at].clone(), member))
        };
        let members: Vec<Member> = pool.services.iter().filter_map(member).collect();
        // The rotation counts by place: it is kept only if the same members stand at the same places.
        let rotation = match old.map(|old| &old.kind) {
            Some(Kind::Pool(old))
                if old
                    .members
                    .iter()
                    .map(|it| &it.name)
                    .eq(members.iter().map(|it| &it.name)) =>
            {
                old.rotation.clone()
            }
            _ => Arc::default(),
        };
        let affinity = pool.session_affinity.as_ref().map(|affinity| {
            Affinity::new(
                &affinity.session_id.name,
                &config.name,
                members.iter().map(|member| &*member.name),
            )
        });
        let status = status_or_unavailable(pool.failure_response.map(|response| response.status_code));
        Pool {
            members,
            rotation,
            affinity,
            status,
        }
    }
}

fn status_or_unavailable(status: Option<u16>) -> StatusCode {
    status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = r#"[
        {"url":"http://a.example","circuitBreaker":{"rules":[{"name":"r","failureCondition":{"count":1,
            "statusCodeRanges":[{"min":429,"max":429}]},"tripDuration":"PT1M","failureResponse":{"statusCode":429}}]}},
        {"url":"http://b.example"},
        {"type":"Pool","pool":{"services":[{"id":"/backends/A","priority":1},{"id":"/x/backends/b","priority":2}],
            "sessionAffinity":{"sessionId":{"source":"Cookie","name":"s"}}}}]"#;

    fn service(text: &str) -> Vec<model::Backend> {
        let mut all: Vec<model::Backend> = serde_json::from_str(text).expect("backends");
        for (backend, name) in all.iter_mut().zip(["a", "b", "pool"]) {
            backend.name = name.to_owned();
        }
        all
    }

    fn load(text: &str, before: &Backends) -> Backends {
        let way = |_: usize, _: &model::Backend| Ok(Arc::<Way>::default());
        Backends::new(service(text).iter(), &Directory::default(), before, way)
    }

    fn refuse(backends: &Backends, index: usize) {
        let result = CallResult::Status {
            status: 429,
            retry_after: None,
        };
        let chosen = backends
            .choose(index, &HeaderMap::new(), Moment::EPOCH)
            .expect("a backend")
            .expect("closed");
        assert!(chosen.single.record(Moment::EPOCH, result).is_some());
    }

    #[test]
    fn a_pool_shares_the_breaker_of_its_member_and_answers_with_the_next() {
        let backends = load(SERVICE, &Backends::default());
        refuse(&backends, 2);
        let refused = backends
            .choose(0, &HeaderMap::new(), Moment::EPOCH)
            .expect("a backend")
            .expect_err("open");
        assert_eq!((refused.status.as_u16(), refused.retry_after), (429, 60));
        let chosen = backends
            .choose(2, &HeaderMap::new(), Moment::EPOCH)
            .expect("a pool")
            .expect("a member");
        assert_eq!(&**chosen.name, "b");
        assert!(chosen.cookie.is_some());
    }

    #[test]
    fn a_breaker_outlives_a_reload_unless_its_backend_changed() {
        let first = load(SERVICE, &Backends::default());
        refuse(&first, 0);
        let same = load(&SERVICE.replace("b.example", "c.example"), &first);
        assert!(
            same.choose(0, &HeaderMap::new(), Moment::EPOCH)
                .expect("a backend")
                .is_err()
        );
        let changed = load(&SERVICE.replace("a.example", "c.example"), &first);
        assert!(
            changed
                .choose(0, &HeaderMap::new(), Moment::EPOCH)
                .expect("a backend")
                .is_ok()
        );
    }
}
