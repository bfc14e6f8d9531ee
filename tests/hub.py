"""A stand-in for the Hub on this machine: its addresses, headers, redirects and refusals.

Two servers, because the real one hands large files over to another host: the Hub itself tells
of models, serves small files (by a redirect within itself), refuses what is gated or unknown,
and sends everyone who wants a large file to the store, with an address that is signed. As on
the real one, large files are said to lie in the Xet store too; that one cannot be reached.
"""

import hashlib
import json
import re
import shutil
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

SAFE = "model.safetensors"
LARGE = (".bin", ".safetensors", ".h5", ".msgpack", ".onnx")
TOKEN = "hf_theTokenOfOneWhoWasLetIn"
STRANGER = "hf_theTokenOfSomeoneElse"
SIGNATURE = "X-Amz-Signature=theSignatureOfTheStore"
# What the real repositories have beside what we need.
BESIDE = {
    "README.md": b"# A model",
    ".gitattributes": b"*.bin filter=lfs",
    "tf_model.h5": b"tf" * 99,
    "tf_model.h5.index.json": b"{}",
    "flax_model.msgpack": b"flax" * 99,
    "flax_model.msgpack.index.json": b"{}",
    "rust_model.ot": b"rust" * 99,
    "onnx/model.onnx": b"onnx" * 99,
    "onnx/config.json": b"{}",
    "openvino_model.bin": b"openvino" * 99,
    "openvino_config.json": b"{}",
    "open_clip_model.safetensors": b"open" * 99,
}


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def contents(folder):
    """Return the files of a folder as they are put into a repository."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def as_archive(folder, to):
    """Copy a model with its weights as ``pytorch_model.bin`` only."""
    import torch
    from safetensors.torch import load_file

    shutil.copytree(folder, to)
    torch.save(load_file(to / SAFE), to / "pytorch_model.bin")
    (to / SAFE).unlink()
    return to


@dataclass
class Repository:
    name: str
    snapshots: dict = field(default_factory=dict)  # commit: {file: bytes}
    names: dict = field(default_factory=dict)  # branch or tag: commit
    gated: bool = False
    private: bool = False

    def put(self, files, revision="main"):
        """Commit files under a branch or tag; return the commit."""
        summary = repr(sorted((name, sha256(content)) for name, content in files.items()))
        commit = hashlib.sha1(summary.encode()).hexdigest()
        self.snapshots[commit], self.names[revision] = dict(files), commit
        return commit

    def commit(self, revision):
        return self.names.get(revision, revision if revision in self.snapshots else None)


class Hub:
    """Both servers and what is in them; use as a context.

    `requests` holds what was asked: (host, method, path, token). The faults: `status` answers
    everything below a path ("/api/", "/resolve/", "/store/") with that code; `cuts` gives for
    the next requests of a large file after how many bytes the connection is cut; `pause_s` is
    slept between the pieces of a large file; `damage` holds other bytes to send for a large
    file (both by its SHA-256). `starts` holds where each sending of one began.
    """

    def __init__(self):
        self.repositories, self.requests, self.starts, self.damage = {}, [], [], {}
        self.status, self.cuts, self.pause_s = {}, {}, 0.0
        self._servers = [_server(self, handler) for handler in (_HubSide, _StoreSide)]
        self.address, self.store = (f"http://127.0.0.1:{s.server_port}" for s in self._servers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def add(self, name, files, **options):
        repository = self.repositories[name] = Repository(name, **options)
        return repository.put(files)

    def fetched(self):
        """Return the names of the files that were asked for, or asked about."""
        asked = [path.split("/resolve/", 1)[1] for *_, path, _ in self.requests
                 if "/resolve/" in path]  # fmt: skip
        return {one.split("/", 1)[1] for one in asked}


def _server(hub, handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Side", (handler,), {"hub": hub}))
    server.daemon_threads, server.handle_error = True, lambda *_: None  # who hangs up, may
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


class _Side(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub
    host = ""

    def log_message(self, *_):
        pass

    def do_GET(self):
        given = self.headers.get("Authorization", "")
        self.token = given.removeprefix("Bearer ")
        self.hub.requests.append((self.host, self.command, self.path, self.token))
        for part, status in self.hub.status.items():
            if part in self.path:
                return self.answer(status, b'{"error":"Internal Error"}')
        self.serve(urlsplit(self.path))

    do_HEAD = do_GET

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def refuse(self, status, message, code=""):
        headers = {"X_Error_Message": message} | ({"X_Error_Code": code} if code else {})
        self.answer(status, json.dumps({"error": message}).encode(), **headers)


class _HubSide(_Side):
    host = "hub"

    def serve(self, url):
        if about := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?", url.path):
            name, revision = about.groups()
            if repository := self.find(name, api=True):
                self.tell(repository, unquote(revision or "main"), "blobs" in url.query)
        elif url.path.startswith("/xet-read-token/"):
            nowhere = {"X_Xet_Cas_Url": "http://127.0.0.1:9", "X_Xet_Access_Token": "x"}
            self.answer(200, b"{}", X_Xet_Token_Expiration=int(time.time()) + 3600, **nowhere)
        elif one := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/([^/]+)", url.path):
            if repository := self.find(one[1], api=True):
                self.list(repository, unquote(one[2]))
        elif one := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", url.path):
            if repository := self.find(one[1]):
                self.hand_over(repository, unquote(one[2]), unquote(one[3]))
        elif one := re.fullmatch(r"/api/resolve-cache/models/([^/]+/[^/]+)/(\w+)/(.+)", url.path):
            if repository := self.find(one[1]):
                content = repository.snapshots[one[2]][unquote(one[3])]
                etag = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
                self.answer(200, content, ETag=f'"{etag}"', X_Repo_Commit=one[2])
        else:
            self.refuse(404, "Sorry, we can't find the page you are looking for.")

    def find(self, name, api=False):
        repository = self.hub.repositories.get(name)
        if self.token not in ("", TOKEN, STRANGER):
            self.refuse(401, "Invalid credentials in Authorization header")
        elif not repository or (repository.private and self.token != TOKEN):
            # Whoever is not logged in is not told what exists.
            message = "Repository not found" if self.token else "Invalid username or password."
            self.refuse(404 if self.token else 401, message, "" if api else "RepoNotFound")
        else:
            return repository
        return None

    def tell(self, repository, revision, blobs):
        commit = repository.commit(revision)
        if not commit:
            return self.refuse(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        siblings = []
        for name, content in repository.snapshots[commit].items():
            one = {"rfilename": name}
            if blobs:
                one |= {"size": len(content), "blobId": hashlib.sha1(content).hexdigest()}
            if blobs and name.endswith(LARGE):
                one["lfs"] = {"sha256": sha256(content), "size": len(content), "pointerSize": 130}
            siblings.append(one)
        about = {
            "id": repository.name, "modelId": repository.name, "sha": commit,
            "private": repository.private, "gated": "manual" if repository.gated else False,
            "siblings": siblings, "tags": [], "downloads": 1, "likes": 0,
        }  # fmt: skip
        self.answer(200, json.dumps(about).encode(), Content_Type="application/json")

    def list(self, repository, revision):
        rows = []
        for name, content in repository.snapshots[repository.commit(revision)].items():
            one = {"type": "file", "path": name, "size": len(content), "oid": "0" * 40}
            if name.endswith(LARGE):
                one["xetHash"] = sha256(content)
                one["lfs"] = {"oid": sha256(content), "size": len(content), "pointerSize": 130}
            rows.append(one)
        self.answer(200, json.dumps(rows).encode(), Content_Type="application/json")

    def hand_over(self, repository, revision, name):
        if repository.gated and self.token != TOKEN:
            message = f"Access to model {repository.name} is restricted."
            return self.refuse(403 if self.token else 401, message, "GatedRepo")
        commit = repository.commit(revision)
        if not commit:
            return self.refuse(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        content = repository.snapshots[commit].get(name)
        if content is None:
            return self.refuse(404, "Entry not found", "EntryNotFound")
        if not name.endswith(LARGE):
            place = f"/api/resolve-cache/models/{repository.name}/{commit}/{name}"
            return self.answer(307, X_Repo_Commit=commit, Location=place)
        total = sha256(content)
        self.answer(
            302, X_Repo_Commit=commit, X_Linked_Size=len(content), X_Linked_ETag=f'"{total}"',
            Location=f"{self.hub.store}/store/{total}?{SIGNATURE}", X_Xet_Hash=total,
            X_Xet_Refresh_Route=f"{self.hub.address}/xet-read-token/{commit}",
        )  # fmt: skip


class _StoreSide(_Side):
    host = "store"

    def serve(self, url):
        everything = [c for r in self.hub.repositories.values() for s in r.snapshots.values()
                      for c in s.values()]  # fmt: skip
        total = url.path.rsplit("/", 1)[1]
        content = next(one for one in everything if sha256(one) == total)
        content = self.hub.damage.get(total, content)
        start = int(re.sub(r"\D", "", self.headers.get("Range", "0")))
        self.hub.starts.append(start)
        self.send_response(206 if "Range" in self.headers else 200)
        if "Range" in self.headers:
            where = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", where)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        cuts = self.hub.cuts.get(total, iter(()))
        self.send(content[start:], next(cuts, None))

    def send(self, content, cut):
        step = 1 << 16 if self.hub.pause_s else 1 << 20
        part = content[:cut]
        for start in range(0, len(part), step):
            self.wfile.write(part[start : start + step])
            time.sleep(self.hub.pause_s)
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True
