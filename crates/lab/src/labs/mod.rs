//! One file per lab: what is sent, and what must come out.

mod backend_pool; // a pool of four accounts, until the first quota is spent
mod exhaustion; // the same, until all are
mod failover_matrix; // every way to fail, with a spare and without
mod ptu; // reserved capacity first, overflow elsewhere
mod recovery; // how soon the preferred member is back
mod traffic; // the shapes of traffic

use crate::files::{self, Files};
use crate::{Account, Call, Expectation, Options, Series};

use std::net::SocketAddr;
pub(crate) use traffic::Ask;
use traffic::Traffic;

/// A lab: a service, its traffic, and what must come out.
#[derive(Debug)]
pub struct Lab {
    /// Its name on the command line.
    pub name: &'static str,
    /// In one line.
    pub summary: &'static str,
    /// The service: paths inside an APIOps folder, and their texts.
    pub files: Files,
    pub(crate) traffic: Traffic,
    pub(crate) judge: Judge,
}

pub(crate) type Judge = fn(&[Call], &[Account], &Options) -> (Vec<Expectation>, Vec<Series>);

static LABS: [Lab; 5] = [
    Lab {
        name: "backend-pool",
        summary: "a preferred region until its quota is spent, then two that share the rest",
        files: files::BACKEND_POOL,
        traffic: backend_pool::TRAFFIC,
        judge: backend_pool::judge,
    },
    Lab {
        name: "failover-matrix",
        summary: "every way in which a backend can fail, with a spare and without",
        files: files::FAILOVER_MATRIX,
        traffic: Traffic::Matrix,
        judge: failover_matrix::judge,
    },
    Lab {
        name: "recovery",
        summary: "a preferred region that refuses for five seconds, and how soon it is back",
        files: files::RECOVERY,
        traffic: recovery::TRAFFIC,
        judge: recovery::judge,
    },
    Lab {
        name: "exhaustion",
        summary: "300 calls at four small accounts: all run dry, and service returns by itself",
        files: files::EXHAUSTION,
        traffic: exhaustion::TRAFFIC,
        judge: exhaustion::judge,
    },
    Lab {
        name: "ptu",
        summary: "reserved capacity driven past 100 %, two pay-as-you-go deployments take the rest",
        files: files::PTU,
        traffic: ptu::TRAFFIC,
        judge: ptu::judge,
    },
];

/// Every lab.
pub fn all() -> &'static [Lab] {
    &LABS
}

/// The lab of that name.
pub fn find(name: &str) -> Option<&'static Lab> {
    LABS.iter().find(|lab| lab.name == name)
}

impl Lab {
    /// Adapts what the folder cannot know: the address at which the mocks listen. The matrix calls it with TLS, which it
    /// does not speak.
    pub fn adapt(&self, service: &mut model::Service, foundry: SocketAddr) {
        for backend in service
            .backends
            .iter_mut()
            .filter(|backend| backend.name == "plain")
        {
            backend.url = Some(format!("https://{foundry}/openai"));
        }
    }
}
