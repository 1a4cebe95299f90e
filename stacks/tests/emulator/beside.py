"""What is asked beside the emulator's own services: CodePipeline, what there is of the types it lacks, and a full bucket at once.

    POST /_emulator/fill?bucket=NAME&keys=NUMBER&versions=NUMBER   so many versions of so many objects, the last ones markers
    GET  /_emulator/opaque                                         names of what no other service knows
"""

import json
import urllib.parse
import uuid

from ministack.core.responses import now_iso
from ministack.services import s3

import pipelines
from resources import OPAQUE

OWN = "/_emulator/"


def beside(app):
    async def answer(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        target = dict(scope["headers"]).get(b"x-amz-target", b"").decode()
        if target.startswith(pipelines.PREFIX):
            return await say(send, *pipelines.ask(target.removeprefix(pipelines.PREFIX), json.loads(await body(receive))))
        if scope["path"].startswith(OWN):
            query = dict(urllib.parse.parse_qsl(scope["query_string"].decode()))
            return await say(send, 200, {"fill": fill, "opaque": opaque}[scope["path"].removeprefix(OWN)](**query))
        if scope["path"] == "/_ministack/reset":
            OPAQUE.clear()
        return await app(scope, receive, send)

    return answer


def opaque():
    return list(OPAQUE)


def fill(bucket, keys, versions):
    entry = {"last_modified": now_iso(), "etag": '"0"', "size": 0, "data": b""}
    for key in range(int(keys)):
        made = [{**entry, "version_id": str(uuid.uuid4()), "is_latest": False} for _ in range(int(versions))]
        made[-1].update(is_latest=True, is_delete_marker=True)
        s3._object_versions[bucket, f"many/{key}"] = made


async def body(receive):
    parts, is_more = [], True
    while is_more:
        message = await receive()
        parts.append(message.get("body", b""))
        is_more = message.get("more_body", False)
    return b"".join(parts)


async def say(send, status, answer):
    content = [(b"content-type", b"application/x-amz-json-1.1")]
    await send({"type": "http.response.start", "status": status, "headers": content})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})
