//! Expressions on their own: a context written as JSON, and what comes out.

mod evaluate; // text and context in, outcome out
mod facts; // `context.Api`, `.User` and their like
mod scene; // the request that the expression sees
mod typed; // values with a .NET type

pub(crate) use evaluate::{Batch, Outcome, evaluate};

/// Examples and the context, documented.
pub(crate) const HELP: &str = r#"Examples:
  apimite eval '@(1 + 1)'
  apimite eval 'context.Request.Headers.GetValueOrDefault("x", "none")' --context '{"request":{"headers":{"x":"1"}}}'
  apimite eval --batch expressions.jsonl

The context is a JSON object; every member is optional:

  request       {"method", "url", "originalUrl", "headers", "body", "ipAddress", "matchedParameters", "deployment"}
  response      {"status" or "statusCode", "reason" or "statusReason", "headers", "body"}; null or absent: context.Response is null
  variables     {"name": value}
  api           {"id", "name", "path", "protocols", "serviceUrl", "revision", "version", "isCurrentRevision"}
  operation     {"id", "method", "name", "urlTemplate"}
  product       {"id", "name", "approvalRequired", "subscriptionRequired", "subscriptionsLimit", "state", "apis", "groups"}
  subscription  {"id", "name", "key", "primaryKey", "secondaryKey", "createdDate", "startDate", "endDate"}
  user          {"id", "email", "firstName", "lastName", "note", "groups", "identities", "registrationDate"}
  deployment    {"gatewayId", "region", "serviceId", "serviceName"}
  backend       {"id", "type", "azureRegion"}
  lastError     {"source", "reason", "message", "scope", "section", "path", "policyId"}
  namedValues   {"name": "text that stands for {{name}} in the expression"}
  requestId, timestamp, tracing

A header is a text or an array of texts. A body is a text, or any other JSON, which is sent as JSON text.
A value is a text, a number, true, false, null, an object (JObject), an array (JArray), or typed:
{"$type": "JObject|JArray|JToken|IResponse|Jwt|DateTime|DateTimeOffset|TimeSpan|Guid|Uri|byte[]|string[]|int|long|double|decimal|char|...", "value": ...}
where IResponse takes an object like `response`, Jwt the token's text and byte[] Base64.

A batch has a line {"id", "text", "context"} for each expression and gives {"id", "kind", "value" | "message"}, where kind is
value, exception, unsupported or syntax, and "type" names the .NET type of a value that JSON cannot show."#;
