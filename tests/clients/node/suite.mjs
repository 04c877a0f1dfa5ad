// The openai SDK for Node, unmodified, through a gateway.
//
// Run by the tests of apimite, which set APIMITE_URL and APIMITE_KEY. Prints one line per check.

import assert from "node:assert/strict";
import OpenAI, { AzureOpenAI } from "openai";

const url = process.env.APIMITE_URL;
const key = process.env.APIMITE_KEY;
const messages = [{ role: "user", content: "What is a harbour?" }];
const azure = (more = {}) =>
  new AzureOpenAI({ endpoint: `${url}/inference`, apiKey: key, apiVersion: "2024-10-21", ...more });
const v1 = (more = {}) => new OpenAI({ baseURL: `${url}/inference/openai/v1`, apiKey: key, ...more });

function whole(completion) {
  assert.equal(completion.choices[0].message.role, "assistant");
  assert.ok(completion.choices[0].message.content);
  assert.equal(completion.choices[0].finish_reason, "stop");
  const usage = completion.usage;
  assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
}

async function read(stream) {
  let text = "";
  let usage = null;
  for await (const chunk of stream) {
    for (const choice of chunk.choices) {
      text += choice.delta.content ?? "";
    }
    usage = chunk.usage ?? usage;
  }
  assert.ok(text);
  return usage;
}

const checks = {
  async "azure answers"() {
    whole(await azure().chat.completions.create({ model: "gpt", messages }));
  },
  async "azure shows headers"() {
    const { data, response } = await azure().chat.completions.create({ model: "gpt", messages }).withResponse();
    assert.equal(response.headers.get("x-ms-region"), "East US");
    whole(data);
  },
  async "azure streams"() {
    const options = { model: "gpt", messages, stream: true, stream_options: { include_usage: true } };
    const usage = await read(await azure().chat.completions.create(options));
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  },
  async "azure answers many at once"() {
    const client = azure();
    const asked = Array.from({ length: 8 }, () => client.chat.completions.create({ model: "gpt", messages }));
    (await Promise.all(asked)).forEach(whole);
  },
  async "embeddings are decoded"() {
    for (const client of [azure(), v1()]) {
      const { data, usage } = await client.embeddings.create({ model: "embed", input: ["a harbour", "a harbour"] });
      assert.equal(data[0].embedding.length, 1536);
      assert.deepEqual(data[0].embedding, data[1].embedding);
      const length = data[0].embedding.reduce((sum, it) => sum + it * it, 0);
      assert.ok(Math.abs(length - 1) < 1e-4, `${length}`);
      assert.ok(usage.prompt_tokens > 0);
    }
  },
  async "responses answer and stream"() {
    const whole = await v1().responses.create({ model: "gpt", input: "What is a harbour?" });
    assert.equal(whole.status, "completed");
    let text = "";
    for await (const event of await v1().responses.create({ model: "gpt", input: "What is a harbour?", stream: true })) {
      if (event.type === "response.output_text.delta") {
        text += event.delta;
      }
    }
    assert.equal(text, whole.output_text);
  },
  async "v1 answers"() {
    whole(await v1().chat.completions.create({ model: "gpt", messages }));
  },
  async "v1 streams"() {
    await read(await v1().chat.completions.create({ model: "gpt", messages, stream: true }));
  },
  async "a wrong key is an authentication error"() {
    for (const client of [azure({ apiKey: "nonsense" }), v1({ apiKey: "nonsense" })]) {
      await assert.rejects(client.chat.completions.create({ model: "gpt", messages }), OpenAI.AuthenticationError);
    }
  },
  async "an unknown deployment is not found"() {
    const asked = azure().chat.completions.create({ model: "nobody", messages });
    await assert.rejects(asked, (error) => error instanceof OpenAI.NotFoundError && error.code === "DeploymentNotFound");
  },
  async "a refusal is retried by the SDK"() {
    whole(await azure({ maxRetries: 1 }).chat.completions.create({ model: "flaky-node", messages }));
  },
  async "a refusal reaches a caller without retries"() {
    const asked = azure({ maxRetries: 0 }).chat.completions.create({ model: "full", messages });
    await assert.rejects(asked, OpenAI.RateLimitError);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}: ${error}`);
  }
}
process.exitCode = failed ? 1 : 0;
