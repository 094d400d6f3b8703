"""The repositories of hub_server.py: their files, and what its two interfaces say of them."""

import hashlib
import json
import random

# Files of the fixed repositories beyond this are stored apart.
LARGE = 1 << 16
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
NAME = r"[\w.-]+/[\w.-]+"
