"""Prefill, one stream and eight streams: ours beside llama.cpp's C API. Started by inference.sh."""
import ctypes
import json
import os
import subprocess
import sys
import time

THREADS, PREFILL, DECODE, STREAMS, ROUNDS = 2, 512, 128, 8, 3


def ours(binary, path):
    output = subprocess.run(
        [binary, path, "--threads", str(THREADS), "--prefill", str(PREFILL), "--decode", str(DECODE), "--streams",
         str(STREAMS), "--repeat", "1"], check=True, capture_output=True, text=True).stdout
    return json.loads(output)


def files(source, folder):
    """The model requantised by llama.cpp, so that both sides read the same bytes."""
    import llama_cpp
    os.makedirs(folder, exist_ok=True)
    paths = {}
    for name, kind in (("q4_0", 2), ("q8_0", 7), ("f16", 1)):
        paths[name] = os.path.join(folder, os.path.basename(source) + "." + name + ".gguf")
        if not os.path.exists(paths[name]):
            parameters = llama_cpp.llama_model_quantize_default_params()
            parameters.ftype, parameters.allow_requantize = kind, True
            if llama_cpp.llama_model_quantize(source.encode(), paths[name].encode(), ctypes.byref(parameters)):
                raise SystemExit(f"llama.cpp does not write {paths[name]}")
    return paths


class Peer:
    """llama.cpp through its C API: no Python between tokens but the call itself."""

    def __init__(self, path):
        import llama_cpp
        self.l = llama_cpp
        llama_cpp.llama_backend_init()
        model = llama_cpp.llama_model_default_params()
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), model)
        context = llama_cpp.llama_context_default_params()
        context.n_ctx, context.n_batch, context.n_ubatch = 4096, 2048, 512
        context.n_threads = context.n_threads_batch = THREADS
        context.n_seq_max = STREAMS
        self.context = llama_cpp.llama_init_from_model(self.model, context)
        self.batch = llama_cpp.llama_batch_init(2048, 0, STREAMS)

    def add(self, token, position, sequence, wants):
        at = self.batch.n_tokens
        self.batch.token[at], self.batch.pos[at] = token, position
        self.batch.n_seq_id[at], self.batch.seq_id[at][0], self.batch.logits[at] = 1, sequence, wants
        self.batch.n_tokens += 1

    def run(self):
        if self.l.llama_decode(self.context, self.batch):
            raise SystemExit("llama_decode fails")
        self.l.llama_synchronize(self.context)
        self.batch.n_tokens = 0

    def clear(self):
        self.l.llama_memory_clear(self.l.llama_get_memory(self.context), True)

    def rates(self):
        result = {}
        self.clear()
        for i in range(PREFILL):
            self.add(100 + i * 7 % 40000, i, 0, i == PREFILL - 1)
        start = time.perf_counter()
        self.run()
        result["prefill"] = PREFILL / (time.perf_counter() - start)
        for key, streams in (("decode", 1), ("streams", STREAMS)):
            self.clear()
            for sequence in range(streams):
                for i in range(16):
                    self.add(100 + i * 7 + sequence, i, sequence, i == 15)
            self.run()
            start = time.perf_counter()
            for step in range(DECODE // 2):
                for sequence in range(streams):
                    self.add(200 + step * 13 + sequence, 16 + step, sequence, 1)
                self.run()
            result[key] = streams * (DECODE // 2) / (time.perf_counter() - start)
        return result

    def close(self):
        self.l.llama_free(self.context)
        self.l.llama_model_free(self.model)


def silence():
    import llama_cpp
    callback = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    return callback


def main():
    if sys.argv[1] == "--ours":
        print(json.dumps(ours(sys.argv[2], sys.argv[3])))
        return
    binary, source, folder = sys.argv[1:]
    keep = silence()
    assert keep
    best = {}
    for name, path in files(source, folder).items():
        best[name] = ({}, {})
        for _ in range(ROUNDS):
            # One side at a time, in turn: a change of the machine's mood hits both.
            peer = Peer(path)
            theirs = peer.rates()
            peer.close()
            for side, rates in enumerate((ours(binary, path), theirs)):
                for key in ("prefill", "decode", "streams"):
                    best[name][side][key] = max(best[name][side].get(key, 0), rates[key])
    print(f"tokens/s, {THREADS} threads, best of {ROUNDS}: ours / llama.cpp = ratio")
    for name, (mine, theirs) in best.items():
        for key, label in (("prefill", f"prefill {PREFILL}"), ("decode", "one stream"), ("streams", f"{STREAMS} streams")):
            print(f"{name:5} {label:12} {mine[key]:7.1f} / {theirs[key]:7.1f} = {mine[key] / theirs[key]:.2f}")
    reference = best["f16"][1]["prefill"]
    for name, (mine, _) in best.items():
        print(f"{name:5} prefill against llama.cpp's f16: {mine['prefill'] / reference:.2f}")


main()
