"""Writes blocks of every quantized kind with their values, and rows with the blocks ggml makes of them.

    python quantized.py [FOLDER]       # default: ../Fixtures/Models; writes quantized.safetensors

Needs numpy, safetensors, gguf, and llama-cpp-python or ik-llama-cpp-python for ggml's library. Everything is seeded: the
same versions write the same bytes. Values are those of the gguf package; where ggml's library has a function for the
kind, the script checks that it gives the same bits.

    {kind}.bytes      [2, bytes of 256 elements] u8     random blocks with small scales
    {kind}.values     [2, 256] f32
    source            [24, 128] f32
    {kind}.quantized  [24, bytes of 128 elements] u8    the blocks ggml makes of `source`
"""

import ctypes
import importlib.util
import pathlib
import sys

import gguf
import numpy as np
from safetensors.numpy import save_file

# Where a block holds halves that scale it; mxfp4 has an exponent in its first byte.
SCALES = {"q8_0": [0], "q4_0": [0], "q4_1": [0, 2], "q4_k": [0, 2], "q6_k": [208], "q5_0": [0], "q5_1": [0, 2],
          "q2_k": [80, 82], "q3_k": [108], "q5_k": [0, 2], "iq4_nl": [0], "iq4_xs": [0], "mxfp4": []}
WRITTEN = ["q8_0", "q4_0"]


class Context(ctypes.Structure):
    _fields_ = [("mem_size", ctypes.c_size_t), ("mem_buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool)]


def ggml():
    for package in ("llama_cpp", "ik_llama_cpp"):
        found = importlib.util.find_spec(package)
        if found and found.origin:
            for name in ("libggml-base", "libggml"):
                for path in pathlib.Path(found.origin).parent.glob(f"lib/{name}.*"):
                    library = ctypes.CDLL(str(path))
                    # The first context fills the library's table of halves.
                    library.ggml_init.restype = ctypes.c_void_p
                    library.ggml_free.argtypes = [ctypes.c_void_p]
                    library.ggml_free(library.ggml_init(Context(1 << 16, None, False)))
                    return library
    sys.exit("install llama-cpp-python or ik-llama-cpp-python")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "Fixtures" / "Models"
    library = ggml()
    random = np.random.default_rng(7)
    arrays = {}
    for name, scales_at in SCALES.items():
        kind = gguf.GGMLQuantizationType[name.upper()]
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = random.integers(0, 256, (2 * (256 // elements), size), dtype=np.uint8)
        for at in scales_at:
            scales = random.normal(0, 0.05, len(blocks)).astype(np.float16)
            blocks[:, at:at + 2] = scales.view(np.uint8).reshape(-1, 2)
        if name == "mxfp4":
            blocks[:, 0] = np.where(np.arange(len(blocks)) < 3, np.arange(len(blocks)), 100 + blocks[:, 0] % 40)
        values = gguf.dequantize(blocks.reshape(2, -1), kind)
        arrays[name + ".bytes"] = blocks.reshape(2, -1)
        arrays[name + ".values"] = values
        widen = getattr(library, "dequantize_row_" + name.replace("k", "K"), None)
        if widen is None:
            print(name, "has no function in ggml's library")
            continue
        widen.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
        by_library = np.zeros(values.size, dtype=np.float32)
        widen(blocks.ctypes.data, by_library.ctypes.data, by_library.size)
        assert np.array_equal(by_library, values.ravel()), name
        print(name, "equals ggml's library")

    source = random.normal(0, 1, (24, 128)).astype(np.float32)
    source[0] = 0
    source[1] *= 1e-8
    source[2] *= 1e4
    source[3, ::2] = np.round(source[3, ::2] * 8) / 8
    source[4] = np.linspace(-4, 4, 128, dtype=np.float32)
    source[5] = np.abs(source[5])
    source[6] = np.tile(np.arange(-16, 16, dtype=np.float32) / 2, 4)
    # Values on a grid, as a quantized base has them: exact ties, which tell rounding apart.
    source[7:16] = (random.integers(-8, 8, (9, 128)) * np.float32(0.0509643)).astype(np.float32)
    arrays["source"] = source
    # By ggml's reference quantizers: the gguf package rounds ties of q4_0 as a fused multiply-add would.
    for name in WRITTEN:
        kind = gguf.GGMLQuantizationType[name.upper()]
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = np.zeros((source.shape[0], source.shape[1] // elements * size), dtype=np.uint8)
        quantize = getattr(library, f"quantize_row_{name}_ref", None) or getattr(library, f"quantize_row_{name}_reference")
        quantize.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
        for row in range(source.shape[0]):
            quantize(source[row].ctypes.data, blocks[row].ctypes.data, source.shape[1])
        arrays[name + ".quantized"] = blocks
    save_file(arrays, folder / "quantized.safetensors")


if __name__ == "__main__":
    main()
