"""Prefill, one stream and eight streams: ours beside llama.cpp's and ik_llama.cpp's C API. Started by inference.sh.

Every measurement is a process of its own, so that a side finds the machine as the one before it did, and so that both
libraries, which export the same names, never meet.
"""
import json
import os
import statistics
import subprocess
import sys
import time

THREADS, PREFILL, DECODE, STREAMS = 2, 512, 128, 8
ROUNDS = int(os.environ.get("ROUNDS", "3"))
# How ours rounds the inputs of products; each is a side of its own.
ACTIVATIONS = os.environ.get("ACTIVATIONS", "int16").split()
WHAT = (("prefill", f"prefill {PREFILL}"), ("decode", "one stream"), ("streams", f"{STREAMS} streams"))


def ours(binary, path, level=None, activations="int16", arranged=None):
    environment = {**os.environ, "LORAPIPE_KERNELS": level} if level else None
    more = ["--arranged", arranged] if arranged else []
    output = subprocess.run(
        [binary, path, "--threads", str(THREADS), "--prefill", str(PREFILL), "--decode", str(DECODE), "--streams",
         str(STREAMS), "--repeat", "1", "--activations", activations, *more], check=True, capture_output=True, text=True,
        env=environment).stdout
    return json.loads(output)


def theirs(side, path, *more):
    output = subprocess.run([sys.executable, __file__, "--peer", side, path, *more], check=True, capture_output=True,
                            text=True).stdout
    return json.loads(output.splitlines()[-1])


class Peer:
    """A peer through its C API: no Python between tokens but the call itself."""

    def __init__(self, side, path):
        self.is_ik = side != "llama.cpp"
        if self.is_ik:
            import ik_llama_cpp._ctypes_api as library
        else:
            import llama_cpp as library
        self.l = library
        library.llama_backend_init()
        model = library.llama_model_default_params()
        if self.is_ik:
            model.repack_tensors = side == "ik repacked"
        self.model = library.llama_model_load_from_file(path.encode(), model)
        context = library.llama_context_default_params()
        context.n_ctx, context.n_batch, context.n_ubatch = 4096, 2048, 512
        context.n_threads = context.n_threads_batch = THREADS
        context.n_seq_max = STREAMS
        if self.is_ik:
            # Its flash attention stops at heads of 64.
            context.flash_attn = False
        self.context = library.llama_init_from_model(self.model, context)
        self.batch = library.llama_batch_init(2048, 0, STREAMS)

    def add(self, token, position, sequence, wants):
        at = self.batch.n_tokens
        self.batch.token[at], self.batch.pos[at] = token, position
        self.batch.n_seq_id[at], self.batch.seq_id[at][0], self.batch.logits[at] = 1, sequence, wants
        self.batch.n_tokens += 1

    def run(self):
        if self.l.llama_decode(self.context, self.batch):
            raise SystemExit("llama_decode fails")
        # Asking for logits waits for them.
        if self.batch.logits[self.batch.n_tokens - 1]:
            self.l.llama_get_logits_ith(self.context, self.batch.n_tokens - 1)
        self.batch.n_tokens = 0

    def clear(self):
        if self.is_ik:
            self.l.llama_kv_cache_clear(self.context)
        else:
            self.l.llama_memory_clear(self.l.llama_get_memory(self.context), True)

    def rates(self):
        result = {}
        for _ in range(2):  # the first pass reads the file
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

    def scores(self, count):
        """Log-probability of each token after those before it."""
        import numpy
        tokens = [100 + i * 7 % 40000 for i in range(count)]
        for i, token in enumerate(tokens):
            self.add(token, i, 0, True)
        self.run()
        size = self.l.llama_vocab_n_tokens(self.l.llama_model_get_vocab(self.model))
        result = []
        for i in range(len(tokens) - 1):
            logits = numpy.ctypeslib.as_array(self.l.llama_get_logits_ith(self.context, i), (size,)).astype("f8")
            peak = logits.max()
            result.append(logits[tokens[i + 1]] - peak - numpy.log(numpy.exp(logits - peak).sum()))
        return result


def peer(side, path, what="rates"):
    instance = Peer(side, path)
    result = instance.rates() if what == "rates" else [float(x) for x in instance.scores(PREFILL)]
    print(json.dumps(result), flush=True)
    os._exit(0)  # ik_llama.cpp's library does not always survive its end


def requantize(source, target, kind):
    """The model with its matrices in another kind: the same bytes for all sides. Norms and biases stay f32."""
    import gguf
    import numpy
    if os.path.exists(target):
        return target
    kinds = gguf.GGMLQuantizationType
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target + ".part", reader.get_field("general.architecture").contents())
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name not in ("general.architecture", "general.file_type"):
            inner = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), field.types[0], inner)
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
        # As llama.cpp does it: embedding and head of a q4_0 file are q8_0.
        wanted = "Q8_0" if kind == "Q4_0" and tensor.name in ("token_embd.weight", "output.weight") else kind
        stored = kinds[wanted] if len(tensor.shape) > 1 and tensor.shape[0] % 32 == 0 else kinds.F32
        writer.add_tensor(tensor.name, gguf.quantize(values, stored), raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.rename(target + ".part", target)
    return target


def files(source, folder):
    os.makedirs(folder, exist_ok=True)
    at = os.path.join(folder, os.path.basename(source))
    return {kind.lower(): requantize(source, f"{at}.{kind.lower()}.gguf", kind) for kind in ("F16", "Q8_0", "Q4_0")}


def sides():
    wanted = os.environ.get("PEERS", "llama.cpp ik").split()
    return [side for side in ("llama.cpp", "ik", "ik repacked") if side.split()[0] in wanted]


def own(activations):
    return "ours" if activations == "int16" else f"ours {activations}"


def accuracy(binary, source, folder):
    """Engines on quantized weights, against our f32 arithmetic on the same weights widened."""
    import numpy

    def ours_scores(path, activations="int16"):
        out = subprocess.run([binary, path, "--threads", str(THREADS), "--score", str(PREFILL), "--activations",
                              activations], check=True, capture_output=True, text=True).stdout
        return numpy.array(json.loads(out))

    print(f"log-probabilities of {PREFILL - 1} tokens, difference from f32 arithmetic on the same weights: rms, largest")
    for name, path in {"as it is": source, **files(source, folder)}.items():
        exact = ours_scores(requantize(path, os.path.join(folder, os.path.basename(path) + ".wide.gguf"), "F32"))
        scores = {**{own(kind): ours_scores(path, kind) for kind in ACTIVATIONS}, **{side: numpy.array(theirs(side, path, "scores")) for side in sides()}}
        for side, found in scores.items():
            apart = found - exact
            print(f"{name:8} {side:11} {numpy.sqrt((apart ** 2).mean()):.2e} {abs(apart).max():.2e}")


def compare(name, binary, path):
    levels = os.environ.get("LEVELS", "").split() or [None]
    folder = os.environ.get("ARRANGED")
    if folder:
        os.makedirs(folder, exist_ok=True)
    found = {}
    for _ in range(ROUNDS):
        # One side at a time, in turn: a change of the machine's mood hits all.
        for level in levels:
            for kind in ACTIVATIONS:
                # Inputs of 8 bits are multiplied by weights as stored.
                for copy in [None, folder] if folder and kind == "int16" else [None]:
                    side = own(kind) + (" arranged" if copy else "") + (f", {level}" if level else "")
                    found.setdefault(side, []).append(ours(binary, path, level, kind, copy))
        for side in sides():
            found.setdefault(side, []).append(theirs(side, path))
    for key, label in WHAT:
        medians = {side: statistics.median(run[key] for run in runs) for side, runs in found.items()}
        spread = {side: f"{min(run[key] for run in runs):.1f}–{max(run[key] for run in runs):.1f}" for side, runs in found.items()}
        best = max((rate for side, rate in medians.items() if not side.startswith("ours")), default=None)
        for side, rate in medians.items():
            ratio = f"{rate / best:5.2f} of the best peer" if best and side.startswith("ours") else ""
            print(f"{name:8} {label:12} {side:12} {rate:8.1f} tokens/s ({spread[side]}) {ratio}".rstrip(), flush=True)
    for side, runs in found.items():
        if side.startswith("ours"):
            opened = statistics.median(run["first_token_seconds"] for run in runs)
            print(f"{name:8} {side}: from opening to the first token {opened:.2f} s, "
                  f"{runs[0]['packed_bytes'] / 1e9:.2f} GB beside the mapped file")


def main():
    if sys.argv[1] == "--peer":
        peer(*sys.argv[2:])
    elif sys.argv[1] == "--accuracy":
        accuracy(*sys.argv[2:])
    elif sys.argv[1] == "--ours":
        print(json.dumps(ours(sys.argv[2], sys.argv[3], os.environ.get("LEVELS"))))
    elif sys.argv[1] == "--kinds":
        for name, path in files(sys.argv[3], sys.argv[4]).items():
            compare(name, sys.argv[2], path)
    else:
        compare("as it is", sys.argv[1], sys.argv[2])


main()
