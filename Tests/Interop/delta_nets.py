"""Qwen3.5 in GGUF, both ways: its files order the value heads of gated delta nets by a rule of their own."""

import ctypes
import os

import gguf
import llama_cpp
import numpy as np
import peft
import torch
import transformers

from claims import claim, compare
from generate import randomize
from own_precision import compute_delta_net_in_own_precision
from peers import llama_logits, torch_logits

# Key heads, value heads, and the width of a head.
SHAPES = [(2, 2, 32), (2, 4, 32), (2, 6, 16), (1, 3, 32)]
TARGETS = ["in_proj_qkv", "in_proj_z", "in_proj_b", "in_proj_a", "out_proj", "q_proj", "k_proj", "v_proj", "o_proj",
           "gate_proj", "up_proj", "down_proj"]


def random_model(folder, key_heads, value_heads, width, hidden=64, seed=3):
    config = transformers.Qwen3_5TextConfig(
        vocab_size=96, hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=4, num_attention_heads=2,
        num_key_value_heads=1, head_dim=max(width, 32), max_position_embeddings=256, rms_norm_eps=1e-5, bos_token_id=1,
        eos_token_id=2, pad_token_id=2, tie_word_embeddings=False, linear_num_key_heads=key_heads,
        linear_num_value_heads=value_heads, linear_key_head_dim=width, linear_value_head_dim=width,
        layer_types=["linear_attention", "full_attention"] * 2,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25})
    torch.manual_seed(seed)
    model = transformers.Qwen3_5ForCausalLM(config).float()
    randomize(model, torch.Generator().manual_seed(seed))
    model.save_pretrained(folder)
    return model


def tiled(tensor, axis, key_heads, width):
    """From the value heads of one key head beside each other to one of each key head in turn, as llama.cpp's converter has it."""
    heads = np.split(tensor, tensor.shape[axis] // width, axis)
    ratio = len(heads) // key_heads
    return np.concatenate([heads[key * ratio + turn] for turn in range(ratio) for key in range(key_heads)], axis)


def write_by_their_rules(path, model):
    """A GGUF file by the gguf package and the rules of llama.cpp's converter, with nothing of ours."""
    config = model.config
    writer = gguf.GGUFWriter(path, "qwen35")
    writer.add_vocab_size(config.vocab_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(config.head_dim // 4)
    writer.add_rope_dimension_sections([11, 11, 10, 0])
    writer.add_ssm_conv_kernel(config.linear_conv_kernel_dim)
    writer.add_ssm_state_size(config.linear_key_head_dim)
    writer.add_ssm_group_count(config.linear_num_key_heads)
    writer.add_ssm_time_step_rank(config.linear_num_value_heads)
    writer.add_ssm_inner_size(config.linear_value_head_dim * config.linear_num_value_heads)
    writer.add_uint32("qwen35.full_attention_interval", 2)
    writer.add_tokenizer_model("none")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN35, config.num_hidden_layers)
    keys, width = config.linear_num_key_heads, config.linear_value_head_dim
    first = 2 * keys * config.linear_key_head_dim
    for name, value in model.state_dict().items():
        value = value.float().numpy()
        if name.endswith("A_log"):
            value = -np.exp(tiled(value, 0, keys, 1))
        elif name.endswith("dt_bias"):
            name, value = name.replace("dt_bias", "dt_proj.bias"), tiled(value, 0, keys, 1)
        elif "conv1d" in name or "in_proj_qkv" in name:
            value = value.reshape(value.shape[0], -1)
            value = np.concatenate([value[:first], tiled(value[first:], 0, keys, width)])
        elif "in_proj_z" in name:
            value = tiled(value, 0, keys, width)
        elif "in_proj_a" in name or "in_proj_b" in name:
            value = tiled(value, 0, keys, 1)
        elif "linear_attn.out_proj" in name:
            value = tiled(value, 1, keys, width)
        elif name.endswith("norm.weight") and not name.endswith("linear_attn.norm.weight"):
            value = value + 1
        theirs = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert theirs, name
        writer.add_tensor(theirs, np.ascontiguousarray(value, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantize(source, target, kind):
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = kind
    assert llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters)) == 0


def delta_net_models(ours, work):
    compute_delta_net_in_own_precision()
    generator = torch.Generator().manual_seed(11)
    sequences = [torch.randint(3, 96, (length,), generator=generator).tolist() for length in (70, 9, 33)]
    for index, shape in enumerate(SHAPES):
        name = f"qwen3.5 with {shape[0]} key heads and {shape[1]} value heads"
        folder = work / f"delta-{index}"
        model = random_model(folder, *shape)
        expected = torch_logits(model.double().eval(), sequences)
        ours.run("write", folder, work / "delta.gguf", "gguf", "f32")
        compare(f"{name}, GGUF in llama.cpp", llama_logits(work / "delta.gguf", sequences), expected, 1e-4, 2e-5)
        write_by_their_rules(work / "theirs.gguf", model.float())
        compare(f"{name}, their GGUF here", ours.logits(work / "theirs.gguf", sequences), expected, 1e-4, 2e-5)
        ours.run("write", work / "theirs.gguf", work / "delta-back", "folder", "f32")
        back = transformers.AutoModelForCausalLM.from_pretrained(work / "delta-back", dtype=torch.float32)
        compare(f"{name}, their GGUF written as a folder, in transformers", torch_logits(back.double().eval(), sequences),
                expected, 1e-4, 2e-5)
        mine, theirs = (
            {tensor.name: np.asarray(tensor.data) for tensor in gguf.GGUFReader(work / file).tensors}
            for file in ("delta.gguf", "theirs.gguf"))
        claim(f"{name}, tensors of one GGUF that the other does not have", len(mine.keys() ^ theirs.keys()), 0)
        claim(f"{name}, largest difference between our tensors and theirs",
              max(np.abs(mine[key] - theirs[key]).max() for key in mine.keys() & theirs.keys()), 1e-6)
        adapted = peft.get_peft_model(
            transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
            peft.LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, target_modules=TARGETS))
        for key, parameter in adapted.named_parameters():
            if "lora_" in key:
                parameter.data = torch.randn(parameter.shape, generator=generator) * 0.1
        adapted.save_pretrained(work / "delta-adapter")
        adapted = adapted.double().eval()
        changed = torch_logits(adapted, sequences)
        # The norm behind the delta rule magnifies the rounding of small outputs; 1.1e-4 was found.
        bounds = (2e-4, 4e-5)
        compare(f"{name}, adapter on our GGUF, here", ours.logits(work / "delta.gguf", sequences, work / "delta-adapter"),
                changed, *bounds)
        ours.run("adapter", folder, work / "delta-adapter", work / "delta-adapter.gguf", "gguf")
        compare(f"{name}, GGUF adapter in llama.cpp",
                llama_logits(work / "delta.gguf", sequences, work / "delta-adapter.gguf"), changed, *bounds)
        ours.run("write", work / "theirs.gguf", work / "delta-merged.gguf", "gguf", "f32", work / "delta-adapter")
        compare(f"{name}, adapter merged into their GGUF, in llama.cpp", llama_logits(work / "delta-merged.gguf", sequences),
                changed, *bounds)

    # Blocks of 256 columns over heads of 128: what a Q4_K_M of the released models has.
    model = random_model(work / "delta-wide", 2, 4, 128, hidden=256)
    write_by_their_rules(work / "theirs.gguf", model)
    for kind in ("Q8_0", "Q4_K_M"):
        quantize(work / "theirs.gguf", work / "quantized.gguf", getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{kind}"))
        ours.run("write", work / "quantized.gguf", work / "delta-back", "folder", "f32")
        back = transformers.AutoModelForCausalLM.from_pretrained(work / "delta-back", dtype=torch.float32)
        compare(f"qwen3.5 in {kind} here, against its folder in transformers",
                ours.logits(work / "quantized.gguf", sequences), torch_logits(back.double().eval(), sequences), 5e-4, 5e-5)
        # llama.cpp rounds activations to 8 bits.
        compare(f"qwen3.5 in {kind} here, against llama.cpp", ours.logits(work / "quantized.gguf", sequences),
                llama_logits(work / "quantized.gguf", sequences), 3.0, 0.5)
