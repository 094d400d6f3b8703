"""What ms-swift.sh needs in Python.

ms_swift.py tiny KIND FOLDER         a random Llama, Qwen2 or Qwen3 with a tokenizer of 723 pieces, as a Hugging Face folder
ms_swift.py compare ONE TWO BOUND    the curves of 'train' in what two runs said with --json: losses, gradient norms and rates by update
ms_swift.py adapters ONE TWO BOUND   two adapters, by the norm of their difference
"""
import json, os, shutil, sys

here = os.path.dirname(os.path.abspath(__file__))

TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
            "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")


def tiny(kind, folder):
    import torch, transformers
    torch.manual_seed(3)
    name = {'llama': 'Llama', 'qwen2': 'Qwen2', 'qwen3': 'Qwen3'}[kind]
    config = getattr(transformers, name + 'Config')(
        vocab_size=768, hidden_size=64, intermediate_size=160, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=1024, tie_word_embeddings=True, bos_token_id=720, eos_token_id=722,
        pad_token_id=720, initializer_range=0.15, **({'head_dim': 16} if kind == 'qwen3' else {}))
    model = getattr(transformers, name + 'ForCausalLM')(config).float()
    model.save_pretrained(folder)
    shutil.copy(f'{here}/../Fixtures/Tokenization/smollm.tokenizer.json', f'{folder}/tokenizer.json')
    with open(f'{folder}/tokenizer_config.json', 'w') as file:
        json.dump({'tokenizer_class': 'PreTrainedTokenizerFast', 'bos_token': '<|endoftext|>', 'eos_token': '<|im_end|>',
                   'pad_token': '<|endoftext|>', 'chat_template': TEMPLATE, 'model_max_length': 1024}, file)


def curves(run):
    found = {}
    with open(f'{run}.events') as file:
        for line in file:
            event = json.loads(line)
            if event['event'] == 'stage.point' and event['stage'] == 'train':
                found.setdefault(event['series'], []).append((event['step'], event['value']))
    return found


def compare(one, two, bound):
    one, two, bound = curves(one), curves(two), float(bound)
    for name in ('loss', 'gradient_norm', 'learning_rate') + (('validation.loss',) if 'validation.loss' in one else ()):
        a, b = one[name], two[name]
        assert [p[0] for p in a] == [p[0] for p in b], f'{name}: other updates: {[p[0] for p in a]} {[p[0] for p in b]}'
        worst = max(abs(x[1] - y[1]) / max(abs(x[1]), 1e-12) if x[1] else abs(y[1]) for x, y in zip(a, b))
        print(f'  {name:16} {len(a)} points, largest relative difference {worst:.1e}')
        assert worst <= bound, f'{name}: {worst} > {bound}'


def adapters(one, two, bound):
    from safetensors.torch import load_file
    one, two = (load_file(f'{path}/adapter_model.safetensors') for path in (one, two))
    assert one.keys() == two.keys()
    difference = sum((one[n].double() - two[n].double()).square().sum() for n in one).sqrt()
    norm = sum(one[n].double().square().sum() for n in one).sqrt()
    print(f'  adapters         |difference| / |norm| {(difference / norm).item():.1e}')
    assert difference / norm <= float(bound)


globals()[sys.argv[1]](*sys.argv[2:])
