use crate::link::{Effect, Link};
use crate::vectors::Mirror;
use bytes::Bytes;
use clock::Moment;
use redis::Cmd;
use state::{Cache, Held, Item, Nearest, Reply, Vectors};
use std::sync::Arc;

/// A cache that gateways share. It holds bytes; while the server is away it is empty.
#[derive(Debug)]
pub struct RedisCache {
    link: Arc<Link>,
    prefix: Arc<str>,
    mirror: Mirror,
}

/// Bytes in front of what is held: until when, in nanoseconds.
const HEAD: usize = size_of::<i64>();

impl RedisCache {
    pub(crate) fn new(link: Arc<Link>, prefix: Arc<str>) -> RedisCache {
        RedisCache {
            link,
            prefix,
            mirror: Mirror::default(),
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{}c:{key}", self.prefix)
    }

    fn partition(&self, partition: &str) -> String {
        format!("{}v:{partition}", self.prefix)
    }
}

impl Cache for RedisCache {
    fn get<'a>(&'a self, key: &'a str, now: Moment) -> Reply<'a, Option<Held>> {
        if !self.link.is_up() {
            return Reply::Now(None);
        }
        Reply::Later(Box::pin(async move {
            let found: Option<Vec<u8>> = self.link.ask(Effect::Reads, &Cmd::get(self.key(key))).await?;
            held(found?.into()).filter(|it| it.until > now)
        }))
    }

    fn put<'a>(&'a self, key: &'a str, held: Held, now: Moment) -> Reply<'a, ()> {
        let Item::Bytes(bytes) = held.item else {
            return Reply::Now(());
        };
        if held.until <= now {
            return self.remove(key);
        }
        if !self.link.is_up() {
            return Reply::Now(());
        }
        Reply::Later(Box::pin(async move {
            let value = [&held.until.nanos().to_be_bytes(), &bytes[..]].concat();
            let expiry = self.link.expiry(held.until.since(now));
            let command = Cmd::pset_ex(self.key(key), value, expiry);
            self.link.ask::<()>(Effect::Writes, &command).await;
        }))
    }

    fn remove<'a>(&'a self, key: &'a str) -> Reply<'a, ()> {
        if !self.link.is_up() {
            return Reply::Now(());
        }
        Reply::Later(Box::pin(async move {
            let command = Cmd::unlink(self.key(key));
            // Also one that is full does that.
            self.link.ask::<()>(Effect::Reads, &command).await;
        }))
    }

    fn holds_objects(&self) -> bool {
        false
    }
}

impl Vectors for RedisCache {
    fn add<'a>(
        &'a self,
        partition: &'a str,
        key: &'a str,
        vector: Arc<[f32]>,
        until: Moment,
        now: Moment,
    ) -> Reply<'a, ()> {
        if !self.link.is_up() {
            return Reply::Now(());
        }
        Reply::Later(Box::pin(async move {
            let name = self.partition(partition);
            self.mirror.add(&self.link, &name, key, &vector, until, now).await;
        }))
    }

    fn nearest<'a>(
        &'a self,
        partition: &'a str,
        vector: Arc<[f32]>,
        now: Moment,
    ) -> Reply<'a, Option<Nearest>> {
        if !self.link.is_up() {
            return Reply::Now(None);
        }
        Reply::Later(Box::pin(async move {
            let name = self.partition(partition);
            self.mirror.nearest(&self.link, &name, vector, now).await
        }))
    }
}

// `None` for what was not put there by us.
fn held(bytes: Bytes) -> Option<Held> {
    let until = bytes.first_chunk::<HEAD>().copied().map(i64::from_be_bytes)?;
    Some(Held {
        item: Item::Bytes(bytes.slice(HEAD..)),
        until: Moment::from_nanos(until),
    })
}
