//! Blocklists: texts and regular expressions that nobody may say.

use super::{bad, strings};
use crate::errors::{Failure, plain};
use fancy_regex::Regex;
use indexmap::IndexMap;
use model::Blocklist;
use serde_json::{Value, json};

/// Blocklists by name.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    lists: IndexMap<String, List>,
    made: u64,
}

#[derive(Debug, Default)]
struct List {
    description: String,
    /// By id.
    items: IndexMap<String, Item>,
}

#[derive(Debug)]
struct Item {
    text: String,
    description: String,
    pattern: Pattern,
}

#[derive(Debug)]
enum Pattern {
    /// In lower case.
    Text(String),
    Regex(Box<Regex>),
}

impl Pattern {
    fn new(text: &str, is_regex: bool) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("an item of a blocklist is empty".to_owned());
        }
        if !is_regex {
            return Ok(Pattern::Text(text.to_lowercase()));
        }
        let regex = Regex::new(&format!("(?i){text}"));
        regex
            .map(|it| Pattern::Regex(Box::new(it)))
            .map_err(|error| format!("`{text}` is no regular expression: {error}"))
    }

    // An expression that gives up has not matched.
    fn matches(&self, text: &str, lower: &str) -> bool {
        match self {
            Pattern::Text(wanted) => lower.contains(wanted.as_str()),
            Pattern::Regex(regex) => regex.is_match(text).unwrap_or(false),
        }
    }
}

impl Lists {
    /// Lists of the resources, and texts that settings add.
    pub(crate) fn new(
        resources: &[Blocklist],
        more: &IndexMap<String, Vec<String>>,
        complain: &mut impl FnMut(String),
    ) -> Lists {
        let mut lists = Lists::default();
        for resource in resources {
            let list = lists.lists.entry(resource.name.clone()).or_default();
            list.description.clone_from(&resource.description);
            for item in &resource.items {
                match Pattern::new(&item.pattern, item.is_regex) {
                    Ok(pattern) => {
                        let item_of = Item {
                            text: item.pattern.clone(),
                            description: String::new(),
                            pattern,
                        };
                        list.items.insert(item.name.clone(), item_of);
                    }
                    Err(mistake) => complain(format!("blocklist `{}`: {mistake}", resource.name)),
                }
            }
        }
        for (name, texts) in more {
            lists.lists.entry(name.clone()).or_default();
            for text in texts {
                match Pattern::new(text, false) {
                    Ok(pattern) => drop(lists.insert(name, None, text, String::new(), pattern)),
                    Err(mistake) => complain(format!("blocklist `{name}`: {mistake}")),
                }
            }
        }
        lists
    }

    fn insert(
        &mut self,
        list: &str,
        id: Option<&str>,
        text: &str,
        description: String,
        pattern: Pattern,
    ) -> String {
        self.made += 1;
        let id = id.map_or_else(|| format!("item-{}", self.made), str::to_owned);
        let item = Item {
            text: text.to_owned(),
            description,
            pattern,
        };
        let list = self.lists.entry(list.to_owned()).or_default();
        list.items.insert(id.clone(), item);
        id
    }

    fn find(&self, name: &str) -> Result<&List, Failure> {
        self.lists.get(name).ok_or_else(|| {
            let message = format!("Blocklist '{name}' is not found.");
            plain(404, "NotFound", &message)
        })
    }

    /// What of `text` the named lists hold.
    pub(super) fn matches(&self, names: &[String], text: &str) -> Result<Vec<Value>, Failure> {
        let lower = text.to_lowercase();
        let mut found = Vec::new();
        for name in names {
            let items = self.find(name)?.items.iter();
            let hits = items.filter(|(_, item)| item.pattern.matches(text, &lower));
            found.extend(hits.map(|(id, item)| {
                json!({"blocklistName": name, "blocklistItemId": id, "blocklistItemText": item.text})
            }));
        }
        Ok(found)
    }

    pub(super) fn all(&self) -> Value {
        let lists = self.lists.iter().map(|(name, list)| shown(name, list));
        json!({"value": lists.collect::<Vec<_>>()})
    }

    pub(super) fn get(&self, name: &str) -> Result<Value, Failure> {
        Ok(shown(name, self.find(name)?))
    }

    /// Makes a list, or changes its description: status and list.
    pub(super) fn put(&mut self, name: &str, body: &Value) -> (u16, Value) {
        let status = if self.lists.contains_key(name) { 200 } else { 201 };
        let list = self.lists.entry(name.to_owned()).or_default();
        if let Some(description) = body.get("description").and_then(Value::as_str) {
            list.description = description.to_owned();
        }
        (status, shown(name, list))
    }

    pub(super) fn delete(&mut self, name: &str) -> Result<(), Failure> {
        self.find(name)?;
        self.lists.shift_remove(name);
        Ok(())
    }

    pub(super) fn add(&mut self, name: &str, body: &Value) -> Result<Value, Failure> {
        self.find(name)?;
        let Some(items) = body.get("blocklistItems").and_then(Value::as_array) else {
            return Err(bad("'blocklistItems' is no list."));
        };
        let mut read = Vec::new();
        for item in items {
            let text = |member: &str| item.get(member).and_then(Value::as_str).unwrap_or_default();
            let is_regex = item.get("isRegex") == Some(&Value::Bool(true));
            let pattern = Pattern::new(text("text"), is_regex).map_err(|it| bad(&it))?;
            read.push((text("text"), text("description").to_owned(), pattern));
        }
        let mut added = Vec::new();
        for (text, description, pattern) in read {
            // The same text again takes the place of the old one.
            let old = self
                .find(name)?
                .items
                .iter()
                .find(|(_, item)| item.text == text)
                .map(|(id, _)| id.clone());
            added.push(self.insert(name, old.as_deref(), text, description, pattern));
        }
        let list = self.find(name)?;
        let items = added.iter().filter_map(|id| Some(item(id, list.items.get(id)?)));
        Ok(json!({"blocklistItems": items.collect::<Vec<_>>()}))
    }

    pub(super) fn remove(&mut self, name: &str, body: &Value) -> Result<(), Failure> {
        self.find(name)?;
        let ids = strings(body.get("blocklistItemIds"), "blocklistItemIds")?;
        if let Some(list) = self.lists.get_mut(name) {
            list.items.retain(|id, _| !ids.contains(id));
        }
        Ok(())
    }

    pub(super) fn items(&self, name: &str) -> Result<Value, Failure> {
        let items = self.find(name)?.items.iter().map(|(id, it)| item(id, it));
        Ok(json!({"value": items.collect::<Vec<_>>()}))
    }

    pub(super) fn item(&self, name: &str, id: &str) -> Result<Value, Failure> {
        let found = self.find(name)?.items.get(id).map(|it| item(id, it));
        found.ok_or_else(|| plain(404, "NotFound", &format!("Blocklist item '{id}' is not found.")))
    }
}

fn shown(name: &str, list: &List) -> Value {
    json!({"blocklistName": name, "description": list.description})
}

fn item(id: &str, item: &Item) -> Value {
    json!({
        "blocklistItemId": id, "description": item.description, "text": item.text,
        "isRegex": matches!(item.pattern, Pattern::Regex(_)),
    })
}
