"""What hub_server.py does when a client writes: repositories, large files in one piece or in parts, commits."""

import base64
import hashlib
import json
import re

from hub_repositories import NAME, REPOSITORIES, STORAGE, WRITERS, Repository, digest, git_id

# A file beyond this is uploaded in parts of this size.
PART = 1 << 20
UPLOADS = {}  # parts of large files, by digest


class Uploads:
    """The part of the request handler that stores; what it answers with is the handler's."""

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
        with self.lock:
            key = ("put", match[3], query.get("part"), self.headers.get("User-Agent", "").split("/")[0])
            torn = match[2].endswith("/torn") and key not in self.cut
            self.cut.add(key)
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
        with self.lock:
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
