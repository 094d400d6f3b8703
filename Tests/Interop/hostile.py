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

chat = (b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key.encode() +
        b"\r\nConnection: close\r\n")


def answer(data, close_writing=False):
    with connect() as client:
        client.sendall(data)
        if close_writing:
            client.shutdown(socket.SHUT_WR)
        result = b""
        while piece := client.recv(65536):
            result += piece
        return result


def odd():
    """Requests that are legal or nearly so, each with the status it must get."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (good[:7], good[7:])) + b"0\r\n\r\n"
    health = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(good)
    cases = [
        ("chunked body", chat + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, b" 200 "),
        ("chunks beyond the limit", chat + b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n%b\r\n" % (b"x" * 65536) * 80 + b"0\r\n\r\n", b" 413 "),
        ("two lengths", chat + b"Content-Length: 5\r\n" + length + good, b" 400 "),
        ("chunked with a length", chat + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunks, b" 400 "),
        ("length too short", chat + b"Content-Length: 9\r\n\r\n" + good, b" 400 "),
        ("HTTP/1.0", b"GET /health HTTP/1.0\r\n\r\n", b" 200 "),
        ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" 505 "),
        ("no Host", b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", b" 400 "),
        ("another site's Host", b"GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", b" 403 "),
        ("another site's page", health + b"Origin: https://evil.example\r\nConnection: close\r\n\r\n", b" 403 "),
        # Without the key nobody learns which routes there are.
        ("NUL in the path", b"GET /hea\0lth HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b" 401 "),
        ("a path upward", b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b" 401 "),
        ("a header too large", health + b"X: " + b"a" * 40000 + b"\r\n\r\n", b" 431 "),
        ("expecting to go on", chat + b"Expect: 100-continue\r\n" + length + good, b" 100 "),
    ]
    for name, data, status in cases:
        got = answer(data)
        assert got.split(b"\r\n")[0].find(status.strip()) > 0, (name, got[:200])
    many = answer((health + b"\r\n") * 20 + health + b"Connection: close\r\n\r\n")
    assert many.count(b"HTTP/1.1 200") == 21, "pipelined requests"
    print(len(cases) + 1, "odd requests: each got its status")


def unread():
    """Clients that ask for long streams and read nothing hold up nobody; their places are free when they leave."""
    body = json.dumps({"messages": [{"role": "user", "content": "Count to ten thousand."}], "max_tokens": 1000,
                       "stream": True, "logprobs": True, "top_logprobs": 20}).encode()
    clients = []
    for _ in range(6):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", port))
        client.sendall(request(body))
        clients.append(client)
    time.sleep(1)
    slowest = 0.0
    for _ in range(20):
        began = time.time()
        healthy()
        slowest = max(slowest, time.time() - began)
    assert b" 200 " in answer(request(good))[:20]
    for client in clients:
        client.close()
    time.sleep(1.5)
    metrics = answer(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + key.encode() + b"\r\n\r\n")
    assert b"lorapipe_requests_running 0\n" in metrics, metrics[-3000:]
    print(f"6 unread streams: slowest health check beside them {slowest * 1000:.0f} ms, places free again")


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


odd()
unread()
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
