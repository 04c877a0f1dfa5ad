//! Expressions on their own: a context written as JSON, and what comes out.

mod evaluate; // text and context in, outcome out
mod facts; // `context.Api`, `.User` and their like
mod names; // the names that a context may have
mod scene; // the request that the expression sees
mod typed; // values with a .NET type

pub(crate) use evaluate::{Batch, Outcome, evaluate};

/// Examples and the context, documented.
pub(crate) const HELP: &str = r#"Examples:
  apimite eval '@(1 + 1)'
  apimite eval 'context.Request.Headers.GetValueOrDefault("x", "none")' --context '{"request":{"headers":{"x":"1"}}}'
  apimite eval --batch expressions.jsonl

The context is a JSON object; every member is optional:

  request       {"method", "url", "originalUrl", "headers", "body", "ipAddress", "matchedParameters", "deployment", "certificate"}
  response      {"status" or "statusCode", "reason" or "statusReason", "headers", "body"}; null or absent: context.Response is null
  variables     {"name": value}
  api           {"id", "name", "path", "protocols", "serviceUrl", "revision", "version", "isCurrentRevision",
                 "subscriptionKeyHeader", "subscriptionKeyQuery"}
  operation     {"id", "method", "name", "urlTemplate"}
  product       {"id", "name", "approvalRequired", "subscriptionRequired", "subscriptionsLimit", "state", "apis", "groups"}
  subscription  {"id", "name", "key", "primaryKey", "secondaryKey", "createdDate", "startDate", "endDate"}
  user          {"id", "email", "firstName", "lastName", "note", "groups", "identities", "registrationDate"}
  deployment    {"gatewayId", "instanceId", "region", "serviceId", "serviceName",
                 "certificates": {"id": certificate}, "authorities": [certificate]}
  workspace     {"id", "name"}
  graphQL       {"arguments", "parent"}
  backend       {"id", "type", "azureRegion"}
  lastError     {"source", "reason", "message", "scope", "section", "path", "policyId"}
  namedValues   {"name": "text that stands for {{name}} in the expression"}
  requestId, timestamp, tracing

Names may be written as in C#, `StatusCode`. A name that is not listed is an error.
A certificate is PEM or Base64 as a text, or {"data": Base64, "password"} for a PKCS#12 file.
A header is a text or an array of texts. A body is a text, or any other JSON, which is sent as JSON text.
A value is a text, a number, true, false, null, an object (JObject), an array (JArray), or typed:
{"$type": "JObject|JArray|JToken|IResponse|Jwt|DateTime|DateTimeOffset|TimeSpan|Guid|Uri|byte[]|string[]|int|long|double|decimal|char|...", "value": ...}
where IResponse takes an object like `response`, Jwt the token's text, byte[] Base64, Authorization {"accessToken", "claims"}
and List<string>, HashSet<int>, Dictionary<string, int> and their like JSON arrays and objects.

A batch has a line {"id", "text", "context"} for each expression and gives {"id", "kind", "value" | "message"}, where kind is
value, exception, unsupported or syntax. "type" names the .NET type of an exception, and of a value that JSON cannot show.
syntax is what a C# compiler would refuse. unsupported is a type or member that is not known here, though .NET may have it,
or a line or context that cannot be read. "code" is that of the first diagnostic, as `apimite check` gives it."#;
