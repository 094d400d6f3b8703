"""A workspace in which a training takes a while, with nothing but Python's own library.

tiny_model.py FOLDER ROWS STEPS [EXTRA…]   FOLDER/base: a Llama of two layers with random weights and a tokenizer of 723 pieces;
                                           FOLDER/recipes/train.yaml: STEPS updates on ROWS rows, and each EXTRA as a line of
                                           the training stage
"""
import json, os, random, shutil, struct, sys

here = os.path.dirname(os.path.abspath(__file__))
TEMPLATE = ("{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")


def model(folder):
    hidden, inner, layers, heads, groups, width, vocabulary = 64, 160, 2, 4, 2, 16, 728
    shapes = {'model.embed_tokens.weight': (vocabulary, hidden), 'model.norm.weight': (hidden,)}
    for layer in range(layers):
        name = f'model.layers.{layer}.'
        shapes |= {name + 'input_layernorm.weight': (hidden,), name + 'post_attention_layernorm.weight': (hidden,),
                   name + 'self_attn.q_proj.weight': (heads * width, hidden), name + 'self_attn.k_proj.weight': (groups * width, hidden),
                   name + 'self_attn.v_proj.weight': (groups * width, hidden), name + 'self_attn.o_proj.weight': (hidden, heads * width),
                   name + 'mlp.gate_proj.weight': (inner, hidden), name + 'mlp.up_proj.weight': (inner, hidden),
                   name + 'mlp.down_proj.weight': (hidden, inner)}
    chance, header, body = random.Random(7), {}, bytearray()
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        values = [1.0] * count if len(shape) == 1 else [chance.uniform(-0.15, 0.15) for _ in range(count)]
        header[name] = {'dtype': 'F32', 'shape': list(shape), 'data_offsets': [len(body), len(body) + 4 * count]}
        body += struct.pack(f'<{count}f', *values)
    os.makedirs(folder, exist_ok=True)
    text = json.dumps(header).encode()
    with open(folder + '/model.safetensors', 'wb') as file: file.write(struct.pack('<Q', len(text)) + text + body)
    write(folder + '/config.json', json.dumps({
        'architectures': ['LlamaForCausalLM'], 'model_type': 'llama', 'vocab_size': vocabulary, 'hidden_size': hidden,
        'intermediate_size': inner, 'num_hidden_layers': layers, 'num_attention_heads': heads, 'num_key_value_heads': groups,
        'head_dim': width, 'max_position_embeddings': 512, 'rms_norm_eps': 1e-5, 'rope_theta': 10000, 'hidden_act': 'silu',
        'tie_word_embeddings': True, 'torch_dtype': 'float32', 'bos_token_id': 720, 'eos_token_id': 722}))
    shutil.copy(here + '/../Fixtures/Tokenization/smollm.tokenizer.json', folder + '/tokenizer.json')
    write(folder + '/tokenizer_config.json', json.dumps({
        'tokenizer_class': 'PreTrainedTokenizerFast', 'bos_token': '<|endoftext|>', 'eos_token': '<|im_end|>',
        'pad_token': '<|endoftext|>', 'chat_template': TEMPLATE, 'model_max_length': 512}))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file: file.write(text)


folder, rows, steps, extra = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
model(folder + '/base')
chance = random.Random(5)
words = 'alpha beta gamma delta cat dog house the a is was not red blue green one two three'.split()
say = lambda low, high: ' '.join(chance.choice(words) for _ in range(chance.randint(low, high)))
write(folder + '/recipes/rows.jsonl', ''.join(
    json.dumps({'query': f'{row} {say(2, 9)}?', 'response': say(2, 25)}) + '\n' for row in range(rows)))
write(folder + '/recipes/train.yaml', f"""name: train
seed: 42
stages:
  base:   {{ kind: fetch, source: "file:../base" }}
  mixed:  {{ kind: mix, domain: [./rows.jsonl], validation: 0.1 }}
  tokens: {{ kind: tokenize, model: base, data: mixed, max_length: 256 }}
  train:
    kind: sft
    model: base
    data: tokens
    lora: {{ rank: 8, alpha: 16 }}
    learning_rate: 2e-3
    batch_size: 2
    gradient_accumulation: 4
    epochs: 1000
    max_steps: {steps}
    eval_every: 50
    load_best: true
    save_every: 10
""" + ''.join(f'    {line}\n' for line in extra))
