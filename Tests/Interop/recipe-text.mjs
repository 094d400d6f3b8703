// What the form of `lorapipe ui` does to a recipe's text: one value changes, and nothing else. Run by ui.sh, with node.
import assert from 'node:assert';
import {pathToFileURL} from 'node:url';
import {mkdtempSync, copyFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'recipe-text-')), copy = join(folder, 'recipe-text.mjs');
copyFileSync(new URL('../../Sources/Product/Dashboard/page/recipe-text.js', import.meta.url), copy);
const {stageList, valueIn, withValue} = await import(pathToFileURL(copy));

const text = `name: x            # a comment
stages:
  base:  { kind: fetch, source: "hf:a/b", include: ["*.gguf", "x,y"] }   # it, too
  # train: no stage
  train:
    kind: sft
    lora: { rank: 8, alpha: 32 }
    schedule:
      kind: cosine
      warmup_ratio: 0.05   # of all
    epochs: 2

  eval: { kind: eval,
          probes: [ { ask: "a: b", expect: { contains: "}" } } ] }
`;
const change = (stage, path, value) => {
  const before = text.split('\n'), after = withValue(text, stage, path, value).split('\n');
  return after.filter(line => !before.includes(line)).join('\n');
};
assert.deepEqual(stageList(text).map(s => `${s.name}:${s.kind}`), ['base:fetch', 'train:sft', 'eval:eval']);
assert.equal(valueIn(text, 'base', 'include'), '["*.gguf", "x,y"]');
assert.equal(valueIn(text, 'train', 'schedule.warmup_ratio'), '0.05');
assert.equal(valueIn(text, 'eval', 'probes'), '[ { ask: "a: b", expect: { contains: "}" } } ]');
assert.equal(valueIn(text, 'train', 'rank'), undefined);
assert.equal(change('train', 'lora.rank', '16'), '    lora: { rank: 16, alpha: 32 }');
assert.equal(change('train', 'lora.dropout', '0.1'), '    lora: { rank: 8, alpha: 32, dropout: 0.1 }');
assert.equal(change('train', 'schedule.warmup_ratio', '0.1'), '      warmup_ratio: 0.1   # of all');
assert.equal(change('train', 'schedule.minimum', '0'), '      minimum: 0');
assert.equal(change('train', 'seed.x', '1'), '    seed: { x: 1 }');
assert.equal(change('base', 'source', 'file:/m'), '  base:  { kind: fetch, source: file:/m, include: ["*.gguf", "x,y"] }   # it, too');
assert.equal(change('base', 'include', ''), '  base:  { kind: fetch, source: "hf:a/b" }   # it, too');
assert.equal(withValue(text, 'train', 'epochs', ''), text.replace('    epochs: 2\n', ''));
assert.equal(withValue(text, 'nobody', 'epochs', '1'), text);
for (const [stage, path] of [['train', 'lora.alpha'], ['base', 'source'], ['eval', 'probes']]) {
  assert.equal(withValue(text, stage, path, valueIn(text, stage, path)), text);
}
console.log('ok   a form changes one value of a recipe and nothing else');
