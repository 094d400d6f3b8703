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


def requantise(source, target, kind):
    import llama_cpp
    if not os.path.exists(target):
        parameters = llama_cpp.llama_model_quantize_default_params()
        parameters.ftype, parameters.allow_requantize = kind, True
        if llama_cpp.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(parameters)):
            raise SystemExit(f"llama.cpp does not write {target}")


def files(source, folder):
    """The model requantised by llama.cpp, so that both sides read the same bytes."""
    os.makedirs(folder, exist_ok=True)
    paths = {}
    for name, kind in (("q4_0", 2), ("q8_0", 7), ("f16", 1)):
        paths[name] = os.path.join(folder, os.path.basename(source) + "." + name + ".gguf")
        requantise(source, paths[name], kind)
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

    def scores(self, tokens):
        """Log-probability of each token after those before it."""
        import numpy
        self.clear()
        for i, token in enumerate(tokens):
            self.add(token, i, 0, True)
        self.run()
        size = self.l.llama_vocab_n_tokens(self.l.llama_model_get_vocab(self.model))
        result = []
        for i in range(len(tokens) - 1):
            logits = numpy.ctypeslib.as_array(self.l.llama_get_logits_ith(self.context, i), (size,)).astype("f8")
            peak = logits.max()
            result.append(logits[tokens[i + 1]] - peak - numpy.log(numpy.exp(logits - peak).sum()))
        return numpy.array(result)

    def close(self):
        self.l.llama_free(self.context)
        self.l.llama_model_free(self.model)


def silence():
    import llama_cpp
    callback = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    return callback


def accuracy(binary, source, folder):
    """Both engines on quantised weights, against our f32 arithmetic on the same weights widened."""
    import numpy

    def ours_scores(path):
        out = subprocess.run([binary, path, "--threads", str(THREADS), "--score", str(PREFILL)], check=True,
                             capture_output=True, text=True).stdout
        return numpy.array(json.loads(out))

    quantised = {"q4_1": source, **files(source, folder)}
    tokens = [100 + i * 7 % 40000 for i in range(PREFILL)]
    print(f"log-probabilities of {PREFILL - 1} tokens, difference from f32 arithmetic on the same weights: rms, largest")
    for name, path in quantised.items():
        wide = os.path.join(folder, os.path.basename(path) + ".wide.gguf")
        requantise(path, wide, 0)
        exact = ours_scores(wide)
        peer = Peer(path)
        for side, scores in (("ours", ours_scores(path)), ("llama.cpp", peer.scores(tokens))):
            apart = scores - exact
            print(f"{name:5} {side:9} {numpy.sqrt((apart ** 2).mean()):.2e} {abs(apart).max():.2e}")
        peer.close()


def main():
    if sys.argv[1] == "--accuracy":
        keep = silence()
        assert keep
        accuracy(*sys.argv[2:])
        return
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
