"""Lets transformers compute in the precision of a model's weights, where it would compute in f32: norms, the softmax of eager
attention, and the gated delta rule of Qwen3.5. With f64 weights, all arithmetic is f64.
"""

import torch
from transformers.models.gemma2 import modeling_gemma2
from transformers.models.gemma3 import modeling_gemma3
from transformers.models.llama import modeling_llama
from transformers.models.ministral3 import modeling_ministral3
from transformers.models.mistral import modeling_mistral
from transformers.models.phi3 import modeling_phi3
from transformers.models.qwen2 import modeling_qwen2
from transformers.models.qwen3 import modeling_qwen3
from transformers.models.qwen3_5 import modeling_qwen3_5
from transformers.models.smollm3 import modeling_smollm3


def norm_in_own_precision(self, hidden):
    variance = hidden.pow(2).mean(-1, keepdim=True)
    return self.weight * (hidden * torch.rsqrt(variance + self.variance_epsilon))


def zero_centered_norm_in_own_precision(self, hidden):
    return hidden * torch.rsqrt(hidden.pow(2).mean(-1, keepdim=True) + self.eps) * (1 + self.weight)


def gemma_norm_in_own_precision(self, hidden):
    return self._norm(hidden) * (1 + self.weight)


def compute_in_own_precision():
    """Norms, and the softmax of eager attention, which asks for f32."""
    for norm in (modeling_llama.LlamaRMSNorm, modeling_qwen2.Qwen2RMSNorm, modeling_qwen3.Qwen3RMSNorm,
                 modeling_mistral.MistralRMSNorm, modeling_ministral3.Ministral3RMSNorm,
                 modeling_smollm3.SmolLM3RMSNorm, modeling_phi3.Phi3RMSNorm):
        norm.forward = norm_in_own_precision
    for norm in (modeling_gemma2.Gemma2RMSNorm, modeling_gemma3.Gemma3RMSNorm):
        norm.forward = gemma_norm_in_own_precision
    softmax_in_given_precision = torch.nn.functional.softmax
    torch.nn.functional.softmax = lambda x, dim=-1, dtype=None: softmax_in_given_precision(x, dim=dim)


def compute_delta_net_in_own_precision():
    modeling_qwen3_5.Qwen3_5GatedDeltaNet.forward = delta_net_in_own_precision
    modeling_qwen3_5.Qwen3_5RMSNorm.forward = zero_centered_norm_in_own_precision


def gated_delta_rule(query, key, value, g, beta):
    """The recurrence itself, a token at a time: S ← e^g·S, then S += k (β(v − Sᵀk))ᵀ, out = Sᵀq."""
    group = value.shape[2] // key.shape[2]
    query, key = (x.repeat_interleave(group, dim=2) for x in (query, key))
    query, key = (x * torch.rsqrt((x * x).sum(-1, keepdim=True) + 1e-6) for x in (query, key))
    query = query * key.shape[-1] ** -0.5
    state = torch.zeros(*key.shape[:1], *key.shape[2:], value.shape[-1], dtype=value.dtype)
    out = []
    for t in range(key.shape[1]):
        state = state * g[:, t].exp()[..., None, None]
        change = (value[:, t] - torch.einsum("bhkv,bhk->bhv", state, key[:, t])) * beta[:, t, :, None]
        state = state + key[:, t, :, :, None] * change[:, :, None]
        out.append(torch.einsum("bhkv,bhk->bhv", state, query[:, t]))
    return torch.stack(out, 1)


def delta_net_in_own_precision(self, hidden_states, *arguments, **options):
    batch, length, _ = hidden_states.shape
    mixed = self.in_proj_qkv(hidden_states).transpose(1, 2)
    mixed = torch.nn.functional.conv1d(mixed, self.conv1d.weight, padding=self.conv_kernel_size - 1, groups=mixed.shape[1])
    mixed = torch.nn.functional.silu(mixed[..., :length]).transpose(1, 2)
    query, key, value = mixed.split([self.key_dim, self.key_dim, self.value_dim], dim=-1)
    heads = lambda x, width: x.reshape(batch, length, -1, width)
    g = -self.A_log.exp() * torch.nn.functional.softplus(self.in_proj_a(hidden_states) + self.dt_bias)
    out = gated_delta_rule(heads(query, self.head_k_dim), heads(key, self.head_k_dim), heads(value, self.head_v_dim), g,
                           self.in_proj_b(hidden_states).sigmoid())
    out = out * torch.rsqrt(out.pow(2).mean(-1, keepdim=True) + self.norm.variance_epsilon) * self.norm.weight
    out = out * torch.nn.functional.silu(heads(self.in_proj_z(hidden_states), self.head_v_dim))
    return self.out_proj(out.reshape(batch, length, -1))


def check_delta_net(config):
    """What is written above is what transformers computes in f32."""
    torch.manual_seed(1)
    layer = modeling_qwen3_5.Qwen3_5GatedDeltaNet(config, 0)
    with torch.no_grad():
        layer.A_log.uniform_(-1, 1.5)
        layer.dt_bias.normal_()
        x = torch.randn(2, 150, config.hidden_size)
        theirs, mine = layer(x), delta_net_in_own_precision(layer, x)
    difference = (theirs - mine).abs().max().item()
    assert difference < 1e-5 * max(1, theirs.abs().max().item()), difference
