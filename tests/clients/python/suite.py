"""The openai SDK for Python, unmodified, through a gateway.

Run by the tests of apimite, which set APIMITE_URL, APIMITE_KEY and the folder of packages. Prints one line per check.
"""

import asyncio
import os
import sys

import openai
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI

URL = os.environ["APIMITE_URL"]
KEY = os.environ["APIMITE_KEY"]
VERSION = "2024-10-21"
MESSAGES = [{"role": "user", "content": "What is a harbour?"}]
checks = []


def check(function):
    checks.append(function)
    return function


def azure(**more):
    return AzureOpenAI(azure_endpoint=f"{URL}/inference", api_key=KEY, api_version=VERSION, **more)


def v1(**more):
    return OpenAI(base_url=f"{URL}/inference/openai/v1", **{"api_key": KEY, **more})


def whole(completion):
    assert completion.choices[0].message.role == "assistant"
    assert completion.choices[0].message.content
    assert completion.choices[0].finish_reason == "stop", completion.choices[0].finish_reason
    usage = completion.usage
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


@check
def azure_answers():
    whole(azure().chat.completions.create(model="gpt", messages=MESSAGES))


@check
def azure_shows_headers():
    raw = azure().chat.completions.with_raw_response.create(model="gpt", messages=MESSAGES)
    assert raw.headers["x-ms-region"] == "East US", raw.headers
    assert int(raw.headers["x-ratelimit-remaining-tokens"]) > 0
    whole(raw.parse())


@check
def azure_streams():
    client = azure()
    plain = client.chat.completions.create(model="gpt", messages=MESSAGES, seed=1)
    stream = client.chat.completions.create(
        model="gpt", messages=MESSAGES, seed=1, stream=True, stream_options={"include_usage": True}
    )
    text, usage, finished = "", None, None
    for chunk in stream:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finished = choice.finish_reason or finished
        usage = chunk.usage or usage
    assert text and finished == "stop", (text, finished)
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.prompt_tokens == plain.usage.prompt_tokens


@check
def azure_leaves_in_the_middle():
    stream = azure().chat.completions.create(model="gpt", messages=MESSAGES, stream=True)
    next(iter(stream))
    stream.close()


@check
def azure_answers_async():
    async def run():
        async with AsyncAzureOpenAI(azure_endpoint=f"{URL}/inference", api_key=KEY, api_version=VERSION) as client:
            ask = lambda: client.chat.completions.create(model="gpt", messages=MESSAGES)
            for completion in await asyncio.gather(*(ask() for _ in range(8))):
                whole(completion)

    asyncio.run(run())


@check
def azure_streams_async():
    async def run():
        async with AsyncAzureOpenAI(azure_endpoint=f"{URL}/inference", api_key=KEY, api_version=VERSION) as client:
            text = ""
            async for chunk in await client.chat.completions.create(model="gpt", messages=MESSAGES, stream=True):
                for choice in chunk.choices:
                    text += choice.delta.content or ""
            assert text

    asyncio.run(run())


@check
def v1_answers():
    whole(v1().chat.completions.create(model="gpt", messages=MESSAGES))


@check
def v1_streams():
    text = ""
    for chunk in v1().chat.completions.create(model="gpt", messages=MESSAGES, stream=True):
        for choice in chunk.choices:
            text += choice.delta.content or ""
    assert text


@check
def v1_answers_async():
    async def run():
        async with AsyncOpenAI(base_url=f"{URL}/inference/openai/v1", api_key=KEY) as client:
            whole(await client.chat.completions.create(model="gpt", messages=MESSAGES))

    asyncio.run(run())


def near(a, b):
    return sum(x * y for x, y in zip(a, b))


@check
def embeddings_are_near_for_texts_that_share_words():
    texts = ["How do I brew coffee?", "How to brew coffee", "Which planet is largest?"]
    for client in (azure(), v1()):
        # Without `encoding_format` the SDK asks for base64 and decodes it.
        for more in ({}, {"encoding_format": "float"}):
            answer = client.embeddings.create(model="embed", input=texts, **more)
            first, second, third = (item.embedding for item in answer.data)
            assert len(first) == 1536, len(first)
            assert abs(near(first, first) - 1) < 1e-4
            assert near(first, second) > 0.6 > 0.2 > near(first, third)
            assert answer.usage.prompt_tokens == answer.usage.total_tokens > 10
    short = azure().embeddings.create(model="embed", input=texts[0], dimensions=256)
    assert len(short.data[0].embedding) == 256


def responses():
    dated = AzureOpenAI(azure_endpoint=f"{URL}/inference", api_key=KEY, api_version="2025-04-01-preview")
    return (dated, v1())


@check
def responses_answer():
    for client in responses():
        response = client.responses.create(model="gpt", instructions="Be short.", input="What is a harbour?")
        assert response.status == "completed" and response.output_text
        usage = response.usage
        assert usage.total_tokens == usage.input_tokens + usage.output_tokens > 10
        parts = [{"role": "user", "content": [{"type": "input_text", "text": "What is a harbour?"}]}]
        cut = client.responses.create(model="gpt", input=parts, max_output_tokens=16)
        assert cut.status == "incomplete" and cut.incomplete_details.reason == "max_output_tokens"


@check
def responses_stream():
    for client in responses():
        text, kinds, last = "", [], None
        for event in client.responses.create(model="gpt", input="What is a harbour?", stream=True):
            kinds.append(event.type)
            if event.type == "response.output_text.delta":
                text += event.delta
            last = event
        assert kinds[0] == "response.created" and last.type == "response.completed", kinds
        assert last.response.output_text == text and text


@check
def a_wrong_key_is_an_authentication_error():
    for client in (azure().with_options(api_key="nonsense"), v1(api_key="nonsense")):
        try:
            client.chat.completions.create(model="gpt", messages=MESSAGES)
        except openai.AuthenticationError as error:
            assert error.status_code == 401
            continue
        raise AssertionError("a wrong key was taken")


@check
def an_unknown_deployment_is_not_found():
    try:
        azure().chat.completions.create(model="nobody", messages=MESSAGES)
    except openai.NotFoundError as error:
        assert error.code == "DeploymentNotFound", error.code
        return
    raise AssertionError("an unknown deployment answered")


@check
def a_refusal_is_retried_by_the_sdk():
    completion = azure(max_retries=1).chat.completions.create(model="flaky", messages=MESSAGES)
    whole(completion)


@check
def a_refusal_reaches_a_caller_without_retries():
    try:
        azure(max_retries=0).chat.completions.create(model="full", messages=MESSAGES)
    except openai.RateLimitError as error:
        assert error.response.headers["retry-after"], error.response.headers
        return
    raise AssertionError("nothing was refused")


def main():
    failed = 0
    for function in checks:
        try:
            function()
            print(f"ok {function.__name__}")
        except Exception as error:  # every check is reported
            failed += 1
            print(f"FAILED {function.__name__}: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
