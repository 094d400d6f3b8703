"""A small hub on the loopback: the part of the Hugging Face hub's HTTP interface that clients read repositories by, and
the same of ModelScope's. Large files answer with a redirect to a storage address, as the real hub does, and every first
download of one is cut in the middle, so that a client must continue it.

Usage: hub_server.py PORT_FILE LOG_FILE
"""

import hashlib
import http.server
import json
import random
import re
import sys
import threading
import urllib.parse

COMMIT = hashlib.sha1(b"the only commit").hexdigest()
LARGE = 1 << 16


def content():
    """The files of both repositories, the same on every run."""
    source = random.Random(7)
    rows = "".join(json.dumps({"query": f"q {n}", "response": f"回答 {n}"}, ensure_ascii=False) + "\n" for n in range(2000))
    return {
        "config.json": b'{"model_type": "tiny"}\n',
        "README.md": "# 小模型\n".encode(),
        "sub dir/weights.bin": source.randbytes(3_000_000),
        "train.jsonl": rows.encode(),
        "empty.txt": b"",
    }


FILES = content()
SHA256 = {name: hashlib.sha256(body).hexdigest() for name, body in FILES.items()}


def git_id(body):
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


def sibling(name):
    body = FILES[name]
    entry = {"rfilename": name, "size": len(body), "blobId": git_id(body)}
    if len(body) > LARGE:
        entry["lfs"] = {"sha256": SHA256[name], "size": len(body), "pointerSize": 134}
    return entry


def tree_entry(name):
    body = FILES[name]
    entry = {"type": "file", "path": name, "size": len(body), "oid": git_id(body)}
    if len(body) > LARGE:
        entry["lfs"] = {"oid": SHA256[name], "size": len(body), "pointerSize": 134}
    return entry


def scope_entry(name):
    return {
        "Name": name.split("/")[-1], "Path": name, "Type": "blob", "Size": len(FILES[name]), "Sha256": SHA256[name],
        "Revision": COMMIT, "IsLFS": len(FILES[name]) > LARGE,
    }


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log = None
    cut = set()
    lock = threading.Lock()

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def log_message(self, format, *arguments):
        with Hub.lock:
            auth = "token" if self.headers.get("Authorization") or self.headers.get("Cookie") else "-"
            Hub.log.write(f"{self.command} {self.path} {self.headers.get('Range', '-')} {auth}\n")
            Hub.log.flush()

    def answer(self):
        address = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(address.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        if match := re.fullmatch(r"/api/(models|datasets)/(lorapipe/tiny)(?:/revision/(.+))?", path):
            if match[3] not in (None, "main", COMMIT):
                return self.send_json({"error": "Revision Not Found"}, 404, {"X-Error-Code": "RevisionNotFound"})
            info = {"_id": "1", "id": match[2], "sha": COMMIT, "private": False, "gated": False, "tags": [], "downloads": 0,
                    "likes": 0, "siblings": [sibling(name) for name in sorted(FILES)]}
            return self.send_json(info)
        if match := re.fullmatch(r"/api/(?:models|datasets)/lorapipe/tiny/tree/([^/]+)(?:/.*)?", path):
            return self.send_json([tree_entry(name) for name in sorted(FILES)])
        if match := re.fullmatch(r"/(?:datasets/)?lorapipe/tiny/resolve/([^/]+)/(.+)", path):
            if match[1] not in ("main", COMMIT) or match[2] not in FILES:
                return self.send_json({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
            return self.send_entry(match[2])
        if match := re.fullmatch(r"/storage/(.+)", path):
            return self.send_file(match[1], f'"{SHA256[match[1]]}"', {}, cuts=True)
        if path == "/api/v1/models/lorapipe/tiny/repo/files":
            files = [scope_entry(name) for name in sorted(FILES)]
            return self.send_json({"Code": 200, "Success": True, "Data": {"Files": files}})
        if path == "/api/v1/datasets/lorapipe/tiny":
            return self.send_json({"Code": 200, "Success": True, "Data": {"Id": 5, "Type": 1}})
        if path == "/api/v1/datasets/5/repo/tree":
            files = [scope_entry(name) for name in sorted(FILES)] if query.get("PageNumber", "1") == "1" else []
            return self.send_json({"Code": 200, "Success": True, "Data": {"Files": files, "TotalCount": len(FILES)}})
        if re.fullmatch(r"/api/v1/(?:models|datasets)/lorapipe/tiny/repo", path) and query.get("FilePath") in FILES:
            return self.send_file(query["FilePath"], f'"{SHA256[query["FilePath"]]}"', {}, cuts=False)
        return self.send_json({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})

    def send_json(self, value, status=200, headers={}):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def send_entry(self, name):
        body = FILES[name]
        headers = {"X-Repo-Commit": COMMIT}
        if len(body) <= LARGE:
            return self.send_file(name, f'"{git_id(body)}"', headers, cuts=False)
        self.send_response(302)
        port = self.server.server_address[1]
        # Another host name, as storage has: a token must not follow.
        self.send_header("Location", f"http://localhost:{port}/storage/{urllib.parse.quote(name)}?signature=abc")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("X-Linked-Size", str(len(body)))
        self.send_header("X-Linked-ETag", f'"{SHA256[name]}"')
        self.send_header("ETag", f'"{SHA256[name]}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_file(self, name, etag, headers, cuts):
        body = FILES[name]
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", etag) == etag:
            start = int(asked[1])
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
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
            return
        with Hub.lock:
            key = (name, self.headers.get("User-Agent", "").split("/")[0])
            first = cuts and self.command == "GET" and key not in Hub.cut
            Hub.cut.add(key) if cuts else None
        if first and start == 0 and not asked:
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
            return
        self.wfile.write(body)


def main():
    port_file, log_file = sys.argv[1:]
    Hub.log = open(log_file, "w")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    with open(port_file, "w") as file:
        file.write(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
