"""Malformed, idle and slow clients: the server must go on answering good ones. Started by clients.sh."""
import collections
import concurrent.futures
import http.client
import json
import random
import socket
import sys
import threading
import time

port = int(sys.argv[1])
key = sys.argv[2] if len(sys.argv) > 2 else "secret"
random.seed(5)


def connect():
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def healthy():
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/health")
    answer = connection.getresponse().read()
    connection.close()
    assert b"healthy" in answer, answer


def request(body, path=b"/v1/chat/completions", head=b""):
    return (b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key.encode() +
            b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\nConnection: close\r\n" + head + b"\r\n" + body)


good = json.dumps({"messages": [{"role": "user", "content": "hi"}], "max_tokens": 0}).encode()
makers = [
    lambda: bytes(random.randrange(256) for _ in range(random.randrange(1, 200))),
    lambda: request(bytes(random.randrange(256) for _ in range(random.randrange(1, 300)))),
    lambda: request(bytearray_mutated(good)),
    lambda: request(b"[" * 20000),
    lambda: request(good)[:random.randrange(1, len(request(good)))],
    lambda: b"GET /" + b"a" * random.randrange(1, 60000) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    lambda: b"GET /health HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(2000)) + b"\r\n",
    lambda: b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    lambda: b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
    lambda: b"POST /chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx",
    lambda: request(b'{"messages":[{"role":"user","content":"\xff\xfe"}]}'),
    lambda: request(b'{"messages":[{"role":"user","content":"x"}],"max_tokens":1e999}'),
]


def bytearray_mutated(text):
    data = bytearray(text)
    for _ in range(random.randrange(1, 5)):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data)


def attack(seed):
    """One malformed request of its own; how it ended."""
    with lock:
        data = random.choice(makers)()
    try:
        with connect() as client:
            client.settimeout(2)
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            answer = client.recv(64)
            return answer[9:12].decode() if answer.startswith(b"HTTP/1.1 ") else "closed"
    except OSError:
        return "closed"


lock = threading.Lock()
began = time.time()
statuses = collections.Counter()
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    for index, status in enumerate(pool.map(attack, range(10000))):
        statuses[status] += 1
        if index % 1000 == 0:
            healthy()
        assert time.time() - began < 300, "too slow"
healthy()
assert "500" not in statuses, statuses
print("10,000 malformed requests:", dict(statuses), f"{time.time() - began:.0f} s")

idle = [connect() for _ in range(500)]
healthy()
slow = [connect() for _ in range(20)]
for client in slow:
    client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
began = time.time()
open_clients = set(slow)
while open_clients and time.time() - began < 40:
    healthy()
    for client in list(open_clients):
        try:
            client.sendall(b"x")
            client.setblocking(False)
            try:
                if client.recv(1000) == b"":
                    open_clients.discard(client)
            except BlockingIOError:
                pass
            client.setblocking(True)
        except OSError:
            open_clients.discard(client)
    time.sleep(1)
assert not open_clients, f"{len(open_clients)} slow senders are still served"
for client in idle + slow:
    client.close()
healthy()
print(f"500 idle connections and 20 slow senders: still serving, slow ones closed after {time.time() - began:.0f} s")
