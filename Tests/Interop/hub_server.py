"""A small hub on the loopback: the part of the Hugging Face hub's HTTP interface that clients read and write repositories by,
and the same of ModelScope's. Large files answer with a redirect to a storage address, as the real hub does, and every
first download of one is cut in the middle, so that a client must continue it.

Writing needs a token: hf_test and ms_test may write, hf_read and ms_read may only read, others are unknown. Repositories
that are made by a client keep what is committed. Some names have a fault:
  torn     the first upload of each large file is cut in the middle
  limited  the first commit is refused with 429 and a time to wait
  raced    the first commit is refused, because another one came between

Usage: hub_server.py PORT_FILE LOG_FILE
"""

import base64
import hashlib
import http.server
import json
import random
import re
import sys
import threading
import urllib.parse

LARGE = 1 << 16
# A file beyond this is uploaded in parts of this size.
PART = 1 << 20
WRITERS = {"hf_test", "ms_test"}
READERS = WRITERS | {"hf_read", "ms_read"}


def content():
    """The files of the repositories lorapipe/tiny, the same on every run."""
    source = random.Random(7)
    rows = "".join(json.dumps({"query": f"q {n}", "response": f"回答 {n}"}, ensure_ascii=False) + "\n" for n in range(2000))
    return {
        "config.json": b'{"model_type": "tiny"}\n',
        "README.md": "# 小模型\n".encode(),
        "sub dir/weights.bin": source.randbytes(3_000_000),
        "train.jsonl": rows.encode(),
        "empty.txt": b"",
    }


def digest(body):
    return hashlib.sha256(body).hexdigest()


def git_id(body):
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


class Repository:
    def __init__(self, files=None, private=False, large=None):
        self.files = dict(files or {})
        self.private = private
        # Which files are stored apart: those of the fixed repositories by size, others as they were committed.
        self.large = {name for name in self.files if len(self.files[name]) > LARGE} if large is None else large
        self.messages = []
        self.refused = set()

    @property
    def commit(self):
        state = json.dumps([sorted((n, digest(b)) for n, b in self.files.items()), self.messages])
        return hashlib.sha1(state.encode()).hexdigest()

    def sibling(self, name):
        body = self.files[name]
        entry = {"rfilename": name, "size": len(body), "blobId": git_id(body)}
        if name in self.large:
            entry["lfs"] = {"sha256": digest(body), "size": len(body), "pointerSize": 134}
        return entry

    def tree_entry(self, name):
        body = self.files[name]
        entry = {"type": "file", "path": name, "size": len(body), "oid": git_id(body)}
        if name in self.large:
            entry["lfs"] = {"oid": digest(body), "size": len(body), "pointerSize": 134}
        return entry

    def scope_entry(self, name):
        body = self.files[name]
        return {
            "Name": name.split("/")[-1], "Path": name, "Type": "blob", "Size": len(body), "Sha256": digest(body),
            "Revision": self.commit, "IsLFS": name in self.large,
        }


TINY = content()
REPOSITORIES = {(hub, kind, "lorapipe/tiny"): Repository(TINY) for hub in ("hf", "ms") for kind in ("models", "datasets")}
STORAGE = {digest(body): body for body in TINY.values()}
UPLOADS = {}  # parts of large files, by digest
NAME = r"[\w.-]+/[\w.-]+"


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Whether the first download of each large file is cut in the middle.
    cuts_downloads = True
    log = None
    cut = set()
    lock = threading.Lock()

    # Requests

    def do_HEAD(self):
        self.handle_request(self.read)

    def do_GET(self):
        self.handle_request(self.read)

    def do_POST(self):
        self.handle_request(self.write)

    def do_PUT(self):
        self.handle_request(self.upload)

    def handle_request(self, answer):
        address = urllib.parse.urlsplit(self.path)
        self.host = self.headers.get("Host", "")
        path = urllib.parse.unquote(address.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        if not answer(path, query):
            self.send_json({"error": "Repository not found", "Code": 10010205001, "Message": "not found", "Success": False},
                           404, {"X-Error-Code": "RepoNotFound"})

    def log_message(self, format, *arguments):
        with Hub.lock:
            auth = "token" if self.headers.get("Authorization") or self.headers.get("Cookie") else "-"
            Hub.log.write(f"{self.command} {self.path} {self.headers.get('Range', '-')} {auth}\n")
            Hub.log.flush()

    def token(self):
        bearer = re.fullmatch(r"Bearer (\S+)", self.headers.get("Authorization", ""))
        cookie = re.search(r"m_session_id=([^;\s]+)", self.headers.get("Cookie", ""))
        return bearer[1] if bearer else cookie[1] if cookie else None

    def may_write(self):
        token = self.token()
        if token in WRITERS:
            return True
        if token in READERS:
            self.send_json({"error": "You have read access, but not write access", "Code": 10010203002,
                            "Message": "no permission", "Success": False}, 403)
        else:
            self.send_json({"error": "Invalid credentials in Authorization header", "Code": 10010103009,
                            "Message": "token is invalid", "Success": False}, 401)
        return False

    def found(self, hub, kind, name):
        repository = REPOSITORIES.get((hub, kind, name))
        if repository and repository.private and self.token() not in READERS:
            return None
        return repository

    def body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            parts = []
            while (size := int(self.rfile.readline().split(b";")[0], 16)) > 0:
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    # Reading

    def read(self, path, query):
        if path == "/api/whoami-v2":
            if self.token() not in READERS:
                return self.send_json({"error": "Invalid credentials in Authorization header"}, 401)
            return self.send_json({"name": "lorapipe", "type": "user", "orgs": [], "auth": {"accessToken": {"role": "write"}}})
        if path.startswith("/api/") and not path.startswith("/api/v1/") and self.token() not in READERS | {None}:
            return self.send_json({"error": "Invalid credentials in Authorization header"}, 401)
        if match := re.fullmatch(rf"/api/(models|datasets)/({NAME})(?:/revision/(.+))?", path):
            repository = self.found("hf", match[1], match[2])
            if repository is None:
                return False
            if match[3] not in (None, "main", repository.commit):
                return self.send_json({"error": "Revision Not Found"}, 404, {"X-Error-Code": "RevisionNotFound"})
            return self.send_json({
                "_id": "1", "id": match[2], "sha": repository.commit, "private": repository.private, "gated": False,
                "tags": [], "downloads": 0, "likes": 0,
                "siblings": [repository.sibling(name) for name in sorted(repository.files)]})
        if match := re.fullmatch(rf"/api/(models|datasets)/({NAME})/tree/([^/]+)(?:/.*)?", path):
            repository = self.found("hf", match[1], match[2])
            return repository is not None and self.send_json(
                [repository.tree_entry(name) for name in sorted(repository.files)])
        if match := re.fullmatch(rf"/(?:(datasets)/)?({NAME})/resolve/([^/]+)/(.+)", path):
            repository = self.found("hf", match[1] or "models", match[2])
            if repository is None:
                return False
            if match[3] not in ("main", repository.commit) or match[4] not in repository.files:
                return self.send_json({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
            return self.send_entry(repository, match[4])
        if match := re.fullmatch(r"/storage/([0-9a-f]{64})", path):
            return self.send_file(STORAGE[match[1]], match[1], f'"{match[1]}"', {}, cuts=self.cuts_downloads)
        if match := re.fullmatch(rf"/(?:api|openapi)/v1/(models|datasets)/({NAME})", path):
            repository = self.found("ms", match[1], match[2])
            if repository is None:
                return False
            number = sorted(REPOSITORIES).index(("ms", match[1], match[2])) + 5
            data = {"Id": number, "Type": 1, "Visibility": 1 if repository.private else 5, "Name": match[2].split("/")[1],
                    "Path": match[2].split("/")[0]}
            return self.send_json({"Code": 200, "Success": True, "Data": data})
        if match := re.fullmatch(rf"/api/v1/(models|datasets)/({NAME})/revisions", path):
            if self.found("ms", match[1], match[2]) is None:
                return False
            branches = {"Branches": [{"Revision": "master", "CommitId": "1", "CreatedAt": 0}], "Tags": []}
            return self.send_json({"Code": 200, "Success": True, "Data": {"RevisionMap": branches}})
        if match := re.fullmatch(rf"/api/v1/models/({NAME})/repo/files", path):
            repository = self.found("ms", "models", match[1])
            return repository is not None and self.send_json({"Code": 200, "Success": True, "Data": {
                "Files": [repository.scope_entry(name) for name in sorted(repository.files)]}})
        if match := re.fullmatch(rf"/api/v1/datasets/(\d+|{NAME})/repo/tree", path):
            name = match[1] if "/" in match[1] else sorted(REPOSITORIES)[int(match[1]) - 5][2]
            repository = self.found("ms", "datasets", name)
            if repository is None:
                return False
            first = query.get("PageNumber", "1") == "1"
            files = [repository.scope_entry(name) for name in sorted(repository.files)] if first else []
            return self.send_json({"Code": 200, "Success": True,
                                   "Data": {"Files": files, "TotalCount": len(repository.files)}})
        if match := re.fullmatch(rf"/api/v1/(models|datasets)/({NAME})/repo", path):
            repository = self.found("ms", match[1], match[2])
            name = query.get("FilePath")
            if repository is None or name not in repository.files:
                return False
            body = repository.files[name]
            return self.send_file(body, name, f'"{digest(body)}"', {}, cuts=False)
        return False

    # Writing

    def write(self, path, query):
        body = self.body()
        if match := re.fullmatch(r"/complete/([0-9a-f]{64})", path):
            return self.complete(match[1], json.loads(body))
        if path == "/api/validate-yaml":
            text = json.loads(body)["content"]
            errors = [] if re.match(r"---\n.*?\n---\n", text, re.S) or not text.startswith("---") else [
                {"message": "the metadata has no end"}]
            return self.send_json({"errors": errors, "warnings": []}, 400 if errors else 200)
        if not self.may_write():
            return True
        if path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked.get('organization') or 'lorapipe'}/{asked['name']}"
            private = asked.get("visibility") == "private" or asked.get("private") is True
            key = ("hf", asked.get("type", "model") + "s", name)
            if key in REPOSITORIES:
                return self.send_json({"error": "You already created this repository", "url": f"http://{self.host}/{name}"}, 409)
            REPOSITORIES[key] = Repository(private=private, large=set())
            return self.send_json({"url": f"http://{self.host}/{name}", "name": name, "id": name})
        if match := re.fullmatch(r"/api/v1/(models|datasets)", path):
            return self.create(match[1], body)
        if match := re.fullmatch(rf"/api/(models|datasets)/({NAME})/preupload/main", path):
            repository = self.found("hf", match[1], match[2])
            return repository is not None and self.preupload(repository, json.loads(body))
        if match := re.fullmatch(rf"/(?:(datasets)/)?({NAME})\.git/info/lfs/objects/batch", path):
            if self.headers.get("Accept") != "application/vnd.git-lfs+json":
                return self.send_json({"message": "not the content type of Git LFS"}, 406)
            repository = self.found("hf", match[1] or "models", match[2])
            return repository is not None and self.batch(match[2], json.loads(body))
        if re.fullmatch(r"/verify/.*", path):
            asked = json.loads(body)
            stored = STORAGE.get(asked["oid"])
            good = stored is not None and len(stored) == asked["size"]
            return self.send_json({}, 200 if good else 404)
        if match := re.fullmatch(rf"/api/(models|datasets)/({NAME})/commit/main", path):
            repository = self.found("hf", match[1], match[2])
            return repository is not None and self.commit(repository, match[2], body)
        if match := re.fullmatch(rf"/api/v1/repos/(models|datasets)/({NAME})/info/lfs/objects/batch", path):
            if self.found("ms", match[1], match[2]) is None:
                return False
            objects = [
                {"oid": o["oid"], "size": o["size"],
                 "actions": {"upload": {"href": f"http://{self.host}/scope-upload/{match[2]}/{o['oid']}"}}}
                for o in json.loads(body)["objects"] if o["oid"] not in STORAGE]
            return self.send_json({"Code": 200, "Success": True, "Data": {"objects": objects}})
        if match := re.fullmatch(rf"/api/v1/repos/(models|datasets)/({NAME})/commit/master", path):
            repository = self.found("ms", match[1], match[2])
            return repository is not None and self.scope_commit(repository, match[2], json.loads(body))
        return False

    def create(self, kind, body):
        """A repository of ModelScope: JSON for a model, a form for a dataset."""
        if kind == "datasets":
            fields = dict(re.findall(rb'name="(\w+)"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n', body))
            asked = {name.decode(): value.decode() for name, value in fields.items()}
            owner = asked["Owner"]
        else:
            asked = json.loads(body)
            owner = asked["Path"]
        if not asked.get("License") or int(asked.get("Visibility", 0)) not in (1, 3, 5):
            return self.send_json({"Code": 10010101002, "Success": False, "Message": "invalid parameters"}, 400)
        key = ("ms", kind, f"{owner}/{asked['Name']}")
        if key in REPOSITORIES:
            code = 10020101001 if kind == "datasets" else 10010101001
            return self.send_json({"Code": code, "Success": False, "Message": "该名称已被注册使用，请重新命名"}, 400)
        REPOSITORIES[key] = Repository(private=int(asked["Visibility"]) == 1, large=set())
        return self.send_json({"Code": 200, "Success": True, "Data": {"Id": 1, "Path": owner, "Name": asked["Name"]}})

    def preupload(self, repository, asked):
        files = []
        for file in asked["files"]:
            sample = base64.b64decode(file["sample"], validate=True)
            assert len(sample) == min(512, file["size"])
            is_large = file["size"] > 10 << 20 or b"\0" in sample or re.search(r"\.(safetensors|bin|gguf)$", file["path"])
            there = repository.files.get(file["path"])
            oid = None
            if there is not None:
                oid = digest(there) if file["path"] in repository.large else git_id(there)
            files.append({"path": file["path"], "uploadMode": "lfs" if is_large else "regular", "shouldIgnore": False,
                          "oid": oid})
        return self.send_json({"files": files, "commitOid": repository.commit})

    def batch(self, name, asked):
        assert asked["operation"] == "upload" and asked["hash_algo"] == "sha256" and "basic" in asked["transfers"]
        objects = []
        for entry in asked["objects"]:
            oid, size = entry["oid"], entry["size"]
            answer = {"oid": oid, "size": size}
            if oid not in STORAGE:
                # Another host name, as storage has: a token must not follow.
                port = self.server.server_address[1]
                signed = f"http://localhost:{port}/upload/{name}/{oid}"
                upload = {"href": signed + "?signature=abc", "header": {}}
                if size > PART and "multipart" in asked["transfers"]:
                    UPLOADS[oid] = {}
                    upload["href"] = f"http://{self.host}/complete/{oid}?uploadId=7"
                    upload["header"] = {"chunk_size": str(PART)} | {
                        str(n + 1): f"{signed}?part={n + 1}&signature=abc" for n in range(-(-size // PART))}
                answer["actions"] = {"upload": upload, "verify": {"href": f"http://{self.host}/verify/{name}"}}
            objects.append(answer)
        return self.send_json({"transfer": "basic", "objects": objects})

    def upload(self, path, query):
        match = re.fullmatch(rf"/(upload|scope-upload)/({NAME})/([0-9a-f]{{64}})", path)
        if not match:
            return False
        if match[1] == "upload" and (self.headers.get("Authorization") or self.headers.get("Cookie")):
            # Storage accepts a signed address or a token, and refuses both together.
            self.close_connection = True
            return self.send_json({"error": "only one auth mechanism is allowed"}, 400)
        if match[1] == "scope-upload" and self.token() not in WRITERS:
            self.close_connection = True
            return self.send_json({"Code": 10010103009, "Message": "token is invalid", "Success": False}, 401)
        length = int(self.headers.get("Content-Length") or 0)
        with Hub.lock:
            key = ("put", match[3], query.get("part"), self.headers.get("User-Agent", "").split("/")[0])
            torn = match[2].endswith("/torn") and key not in Hub.cut
            Hub.cut.add(key)
        if torn:
            self.rfile.read(length // 2)
            self.close_connection = True
            self.connection.shutdown(2)
            return True
        body = self.body()
        if "part" in query:
            UPLOADS[match[3]][int(query["part"])] = body
            return self.send_json({}, headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        if digest(body) != match[3]:
            return self.send_json({"error": "the content does not have this SHA-256"}, 400)
        STORAGE[match[3]] = body
        return self.send_json({"Code": 200, "Success": True} if match[1] == "scope-upload" else {})

    def complete(self, oid, asked):
        parts = UPLOADS.get(oid, {})
        tags = [f'"{hashlib.md5(parts[n]).hexdigest()}"' for n in sorted(parts)]
        body = b"".join(parts[n] for n in sorted(parts))
        if asked["oid"] != oid or digest(body) != oid:
            return self.send_json({"error": "the parts are not the file"}, 400)
        if [(p["partNumber"], p["etag"]) for p in asked["parts"]] != list(enumerate(tags, 1)):
            return self.send_json({"error": "the parts do not have these tags"}, 400)
        STORAGE[oid] = body
        return self.send_json({})

    def refuses(self, repository, name):
        """The fault of a name, once for each client."""
        client = self.headers.get("User-Agent", "").split("/")[0]
        with Hub.lock:
            first = client not in repository.refused
            repository.refused.add(client)
        if first and name.endswith("/limited"):
            return self.send_json({"error": "Too many requests", "Code": 429, "Message": "Too many requests"}, 429,
                                  {"RateLimit": '"api";r=0;t=1', "Retry-After": "1"})
        if first and name.endswith("/raced"):
            return self.send_json({"error": "A commit has happened since", "Code": 10030000001, "Success": False,
                                   "Message": "branch changed, please retry"}, 409)
        return False

    def commit(self, repository, name, body):
        if self.headers.get("Content-Type") != "application/x-ndjson":
            return self.send_json({"error": "a commit is ndjson"}, 415)
        if self.refuses(repository, name):
            return True
        lines = [json.loads(line) for line in body.splitlines()]
        assert lines[0]["key"] == "header" and lines[0]["value"]["summary"]
        files, large = dict(repository.files), set(repository.large)
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"], validate=True)
                large.discard(value["path"])
            elif line["key"] == "lfsFile" and value["algo"] == "sha256":
                if value["oid"] not in STORAGE:
                    return self.send_json({"error": f"LFS pointer pointed to a file that does not exist: {value['path']}"}, 400)
                files[value["path"]] = STORAGE[value["oid"]]
                large.add(value["path"])
            else:
                return self.send_json({"error": f"unknown operation {line['key']}"}, 400)
        repository.files, repository.large = files, large
        repository.messages.append(lines[0]["value"]["summary"])
        return self.send_json({"success": True, "commitOid": repository.commit, "hookOutput": "",
                               "commitUrl": f"http://{self.host}/{name}/commit/{repository.commit}"})

    def scope_commit(self, repository, name, asked):
        if self.refuses(repository, name):
            return True
        files, large = dict(repository.files), set(repository.large)
        for action in asked["actions"]:
            assert action["action"] == "create"
            if action["type"] == "lfs":
                if action["sha256"] not in STORAGE or len(STORAGE[action["sha256"]]) != action["size"]:
                    return self.send_json({"Code": 400, "Success": False, "Message": "no such blob"}, 400)
                files[action["path"]] = STORAGE[action["sha256"]]
                large.add(action["path"])
            else:
                body = base64.b64decode(action["content"], validate=True)
                if action["encoding"] != "base64" or len(body) != action["size"] or len(body) > 1 << 20:
                    return self.send_json({"Code": 400, "Success": False, "Message": "bad content"}, 400)
                files[action["path"]] = body
                large.discard(action["path"])
        if not asked["commit_message"]:
            return self.send_json({"Code": 400, "Success": False, "Message": "no message"}, 400)
        repository.files, repository.large = files, large
        repository.messages.append(asked["commit_message"])
        return self.send_json({"Code": 200, "Success": True, "Data": {"CommitId": repository.commit}})

    # Answers

    def send_json(self, value, status=200, headers={}):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return True

    def send_entry(self, repository, name):
        body = repository.files[name]
        headers = {"X-Repo-Commit": repository.commit}
        if name not in repository.large:
            return self.send_file(body, name, f'"{git_id(body)}"', headers, cuts=False)
        self.send_response(302)
        port = self.server.server_address[1]
        # Another host name, as storage has: a token must not follow.
        self.send_header("Location", f"http://localhost:{port}/storage/{digest(body)}?signature=abc")
        self.send_header("X-Repo-Commit", repository.commit)
        self.send_header("X-Linked-Size", str(len(body)))
        self.send_header("X-Linked-ETag", f'"{digest(body)}"')
        self.send_header("ETag", f'"{digest(body)}"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    def send_file(self, body, name, etag, headers, cuts):
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", etag) == etag:
            start = int(asked[1])
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return True
            self.send_response(206)
            end = min(int(asked[2] or len(body) - 1), len(body) - 1)
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(body)}")
            body = body[start:end + 1]
        else:
            self.send_response(200)
        self.send_header("ETag", etag)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body)))
        for key, text in headers.items():
            self.send_header(key, text)
        self.end_headers()
        if self.command == "HEAD":
            return True
        with Hub.lock:
            key = (name, self.headers.get("User-Agent", "").split("/")[0])
            first = cuts and self.command == "GET" and key not in Hub.cut
            Hub.cut.add(key) if cuts else None
        if first and start == 0 and not asked:
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
            return True
        self.wfile.write(body)
        return True


def main():
    port_file, log_file = sys.argv[1:]
    Hub.log = open(log_file, "w")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    with open(port_file, "w") as file:
        file.write(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
