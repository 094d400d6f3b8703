"""The models that the goldens are made of: tiny ones of each architecture, with the adapters trained on them."""

import transformers

VOCABULARY = 80
FUSED = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
DELTA = ["in_proj_qkv", "in_proj_z", "in_proj_b", "in_proj_a", "out_proj"]
TABLES = ["embed_tokens", "lm_head"]
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def llama(**changes):
    return transformers.LlamaConfig(**{**common(), "head_dim": 8, **changes})


def qwen2(**changes):
    return transformers.Qwen2Config(**{**common(), "use_sliding_window": False, **changes})


def qwen3(**changes):
    return transformers.Qwen3Config(**{**common(), "head_dim": 16, "use_sliding_window": False, **changes})


def qwen3_5(**changes):
    sizes = dict(hidden_size=32, head_dim=16, linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=8,
                 linear_value_head_dim=6, max_position_embeddings=256,
                 rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25})
    return transformers.Qwen3_5TextConfig(**{**common(), **sizes, **changes})


def common():
    return dict(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
        pad_token_id=2, rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    )


def mistral(**changes):
    return transformers.MistralConfig(**{**common(), "head_dim": 8, **changes})


def ministral3(**changes):
    return transformers.Ministral3Config(**{**common(), "head_dim": 8, **changes})


def smollm3(**changes):
    return transformers.SmolLM3Config(**{**common(), **changes})


def gemma(kind, **changes):
    sizes = dict(hidden_size=24, intermediate_size=48, head_dim=8, sliding_window=6, query_pre_attn_scalar=8,
                 tie_word_embeddings=True, rms_norm_eps=1e-6, pad_token_id=0)
    return kind(**{**common(), **sizes, **changes})


def gemma3_nested():
    text = gemma(transformers.Gemma3TextConfig, query_pre_attn_scalar=12, rope_parameters=LOCAL_AND_GLOBAL,
                 layer_types=["sliding_attention", "full_attention"]).to_dict()
    vision = dict(hidden_size=8, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=8,
                  patch_size=4, vision_use_head=False)
    return transformers.Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=1, image_token_index=79,
                                     boi_token_index=78, eoi_token_index=77, tie_word_embeddings=True, bos_token_id=1,
                                     eos_token_id=2, pad_token_id=0)


def phi3(**changes):
    return transformers.Phi3Config(**{**common(), **changes})


LLAMA3 = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 32}
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16}
YARN_MSCALE = {**YARN, "mscale": 1.2, "mscale_all_dim": 0.7, "beta_fast": 16.0, "beta_slow": 2.0, "truncate": False}

LOCAL_AND_GLOBAL = {"sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
                    "full_attention": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}}
GROWING = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 8,
           "mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.5}
LONGROPE = {"rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.75,
            "original_max_position_embeddings": 32, "short_factor": [1.0, 1.25, 1.5], "long_factor": [2.0, 3.0, 4.0]}

CASES = {
    # name: (config, LoRA options, RoPE variants by name, shard size)
    "llama-tied": (
        llama(tie_word_embeddings=True), dict(r=4, lora_alpha=8),
        {"linear": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.5},
         "dynamic": {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0},
         "llama3": LLAMA3, "yarn": YARN, "yarn-mscale": YARN_MSCALE}, None),
    "llama-untied": (
        llama(tie_word_embeddings=False, rope_parameters=LLAMA3, num_key_value_heads=1),
        dict(r=4, lora_alpha=8, use_rslora=True), {}, "40KB"),
    "qwen2-tied": (
        qwen2(tie_word_embeddings=True, rms_norm_eps=1e-6, rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
        dict(r=4, lora_alpha=16), {}, None),
    "qwen2-untied": (
        qwen2(tie_word_embeddings=False, num_key_value_heads=4), dict(r=2, lora_alpha=8, targets=["q_proj", "v_proj"]),
        {}, None),
    "qwen3-tied": (
        qwen3(tie_word_embeddings=True, rms_norm_eps=1e-6, rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
        dict(r=4, lora_alpha=8, rank_pattern={"k_proj": 2, "layers.1.mlp.up_proj": 6},
             alpha_pattern={"k_proj": 6, "o_proj": 12}), {"yarn": YARN}, None),
    "qwen3-untied": (
        qwen3(tie_word_embeddings=False, rope_parameters=YARN), dict(r=4, lora_alpha=8), {}, None),
    "mistral": (mistral(sliding_window=6, tie_word_embeddings=False), dict(r=2, lora_alpha=8), {}, None),
    "ministral3": (
        ministral3(tie_word_embeddings=True, rope_parameters=GROWING), dict(r=2, lora_alpha=8), {}, None),
    # The last layer rotates nothing.
    "smollm3": (smollm3(num_hidden_layers=4, tie_word_embeddings=True), dict(r=2, lora_alpha=8), {}, None),
    "gemma3": (
        gemma(transformers.Gemma3TextConfig, num_hidden_layers=6, rope_parameters=LOCAL_AND_GLOBAL),
        dict(r=2, lora_alpha=8), {}, None),
    "gemma3-nested": (
        gemma3_nested(), dict(r=2, lora_alpha=8, targets=r".*language_model.*_proj"), {}, None),
    "gemma2": (
        gemma(transformers.Gemma2Config, attn_logit_softcapping=5.0, final_logit_softcapping=3.0),
        dict(r=2, lora_alpha=8), {}, None),
    "phi3": (
        phi3(tie_word_embeddings=True, rope_parameters=LONGROPE, original_max_position_embeddings=32),
        dict(r=2, lora_alpha=8, targets=FUSED), {}, None),
    "qwen3.5": (
        # What the delta rule puts out for a row's first tokens may be nearly 0, and the norm behind it then magnifies its
        # rounding (by 1/√eps at most): with the usual eps torch's own f32 gradients are 1e-4 from those in f64.
        qwen3_5(num_hidden_layers=3, tie_word_embeddings=True, rms_norm_eps=0.1,
                layer_types=["linear_attention", "full_attention", "linear_attention"]),
        dict(r=2, lora_alpha=8, targets=DELTA + PROJECTIONS), {}, None),
    # DoRA: with biases and one scale per rank; of fused projections; where norms follow the halves of a layer.
    "qwen2-dora": (
        qwen2(tie_word_embeddings=True),
        dict(r=4, lora_alpha=8, use_dora=True, use_rslora=True, rank_pattern={"v_proj": 2}), {}, None),
    "phi3-dora": (
        phi3(tie_word_embeddings=True, rope_parameters=LONGROPE, original_max_position_embeddings=32),
        dict(r=2, lora_alpha=8, use_dora=True, targets=FUSED), {}, None),
    "gemma3-dora": (
        gemma(transformers.Gemma3TextConfig, num_hidden_layers=2, rope_parameters=LOCAL_AND_GLOBAL,
              layer_types=["sliding_attention", "full_attention"]),
        dict(r=2, lora_alpha=8, use_dora=True), {}, None),
    # The embedding and the head: tied, where each changes alone; untied, of a lower rank in the blocks; with a factor of the
    # embeddings and capped logits, and no linear layer of the blocks.
    "llama-tables": (
        llama(tie_word_embeddings=True), dict(r=4, lora_alpha=8, targets=["q_proj", "down_proj", *TABLES]), {}, None),
    "qwen2-tables": (
        qwen2(tie_word_embeddings=False),
        dict(r=4, lora_alpha=8, use_rslora=True, rank_pattern={"v_proj": 2, "lm_head": 3},
             alpha_pattern={"embed_tokens": 6}, targets=["v_proj", "o_proj", *TABLES]), {}, None),
    "gemma2-tables": (
        gemma(transformers.Gemma2Config, attn_logit_softcapping=5.0, final_logit_softcapping=3.0),
        dict(r=2, lora_alpha=8, targets=TABLES), {}, None),
}

# Adapters that change more than the blocks' linear layers; they are not trained here, so their goldens are logits and text.
CHANGED = {
    # name: (config, LoRA options, tokens of a resized vocabulary)
    # A head that is tied to the embedding keeps the base's rows, and two norms are copies.
    "changed-embedding": (
        llama(tie_word_embeddings=True),
        dict(r=4, lora_alpha=8, targets=["q_proj", "v_proj", "embed_tokens"],
             modules_to_save=["norm", "input_layernorm"]), None),
    # DoRA on the head; rows of single tokens.
    "changed-head": (
        qwen2(tie_word_embeddings=False),
        dict(r=2, lora_alpha=8, use_dora=True, targets=["q_proj", "down_proj", "lm_head"],
             trainable_token_indices=[3, 7, 79]), None),
    "changed-copy": (
        qwen3(tie_word_embeddings=True), dict(r=2, lora_alpha=8, targets=["o_proj"],
                                              modules_to_save=["embed_tokens", "q_norm"]), None),
    # Rows that a tied head has too.
    "changed-tokens": (
        gemma(transformers.Gemma3TextConfig, num_hidden_layers=2, rope_parameters=LOCAL_AND_GLOBAL,
              layer_types=["sliding_attention", "full_attention"]),
        dict(r=2, lora_alpha=8, trainable_token_indices=[5, 4, 60], modules_to_save=["post_feedforward_layernorm"]),
        None),
    "changed-vocabulary": (
        llama(tie_word_embeddings=True), dict(r=2, lora_alpha=8, modules_to_save=["embed_tokens", "lm_head"]), 88),
}

# Around the chunks of 64 that the delta rule is computed in.
LENGTHS = {"qwen3.5": [65, 130, 9, 64, 63, 6]}
