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

import http.server
import json
import re
import sys
import threading
import urllib.parse

from hub_repositories import NAME, READERS, REPOSITORIES, STORAGE, WRITERS, Repository, digest, git_id
from hub_uploads import Uploads


class Hub(Uploads, http.server.BaseHTTPRequestHandler):
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
