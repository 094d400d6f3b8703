// A new run: a recipe as text that is checked and forecast while one types, and a form of its stages' parameters that
// changes single values in the text.
import {el, t, api, post, section, grid, bytes, duration, parameter, named} from './elements.js';
import {stageList, valueIn, withValue} from './recipe-text.js';

export async function startPage(view, parts, query, isHere) {
  const [{recipes}, kinds] = await Promise.all([api('recipes'), api('schema')]);
  if (!isHere()) return;
  const text = el('textarea', {id: 'text', spellcheck: 'false', rows: '28', wrap: 'off'}), name = el('input', {id: 'name', placeholder: 'my-run.yaml', autocomplete: 'off'});
  const choice = el('select', {id: 'recipe'}, el('option', {value: ''}, t('choose-recipe')), recipes.map(r => el('option', {value: r}, r)));
  const result = el('div', {'aria-live': 'polite'}), said = el('p', {role: 'status'}), form = el('div');
  const save = el('button', {type: 'button'}, t('save')), run = el('button.main', {type: 'button'}, t('save-and-start'));
  let saved = '', timer = null, number = 0, shown = '';

  async function load(recipe) {
    const answer = await api('recipe', {name: recipe});
    text.value = saved = answer.text;
    name.value = recipe;
    showForm(false);
    check();
  }

  async function check() {
    const mine = ++number;
    if (!text.value.trim()) { result.replaceChildren(); return; }
    let plan;
    try { plan = await post('check', {text: text.value}); } catch (error) {
      if (mine === number) result.replaceChildren(el('pre.error', {role: 'alert'}, error.message.replace(/\S*\.draft-\w+\.yaml:/g, t('line') + ' ')));
      return;
    }
    if (mine !== number || !isHere()) return;
    const plans = Array.isArray(plan) ? plan : [plan], first = plans[0];
    const forecast = first.forecast, total = plans.reduce((sum, p) => sum + p.forecast.seconds, 0);
    result.replaceChildren(...[el('p.forecast', {}, plans.length > 1 ? t('number-of-runs', plans.length) + ' · ' : '', plans.every(p => p.up_to_date) ? t('all-cached') : [t('about', duration(total)),
      forecast.memory_bytes ? ` · ${t('memory')} ${bytes(forecast.memory_bytes)}` : '', forecast.disk_bytes ? ` · ${t('disk')} ${bytes(forecast.disk_bytes)}` : '',
      forecast.unknown.length ? ` · ${t('not-known-yet', forecast.unknown.join(', '))}` : '']),
    first.warnings.length ? el('ul.causes', {}, first.warnings.map(w => el('li', {}, w))) : null,
    grid([{text: t('stage')}, {text: t('kind')}, {text: ''}, {text: t('took'), number: true}], first.stages.map(s => [s.stage, s.kind, named('plan.', s.state), s.seconds ? duration(s.seconds) : '']))].filter(Boolean));
  }

  /** The stage in whose lines the cursor stands; else the one shown so far, else the one that trains. */
  function stageAtCursor(list) {
    const before = text.value.slice(0, text.selectionStart).split('\n').reverse();
    for (const line of before) {
      const match = line.match(/^ {1,4}([^\s#:{}]+):/), found = match && list.find(s => s.name === match[1]);
      if (found) return found;
    }
    return null;
  }

  /** A field for each parameter of a stage. What is typed there is written into the text, and nothing else of it changes. */
  function showForm(follow = true) {
    const list = stageList(text.value);
    if (!list.length) { form.replaceChildren(el('p.soft', {}, t('no-stages'))); return; }
    const chosen = (follow && stageAtCursor(list)) || list.find(s => s.name === shown) || list.find(s => kinds[s.kind]?.parameters.some(p => p.name === 'learning_rate')) || list[0];
    shown = chosen.name;
    const stage = el('select', {id: 'stage'}, list.map(s => el('option', {value: s.name}, `${s.name} (${s.kind})`)));
    stage.value = shown;
    stage.addEventListener('change', () => { shown = stage.value; showForm(false); });
    const info = kinds[chosen.kind];
    const fields = (info?.parameters || []).map((p, index) => {
      const value = valueIn(text.value, shown, p.name), id = 'p' + index;
      const input = el('input', {id, value: value ?? '', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': id + 'h',
        placeholder: p.default === null ? p.required ? t('required') : '' : parameter(p.default)});
      input.addEventListener('change', () => {
        text.value = withValue(text.value, shown, p.name, input.value.trim());
        check();
      });
      return el(value === undefined ? 'div.field' : 'div.field.set', {}, el('label', {for: id, title: p.type}, el('code', {}, p.name)), input, el('p.soft', {id: id + 'h'}, p.help, ' ', el('small', {}, p.type)));
    });
    form.replaceChildren(el('.bar', {}, el('label.inline', {for: 'stage'}, t('stage')), stage), el('p.soft', {}, info?.summary || ''), el('.fields', {}, fields));
  }

  async function store(replace) {
    const answer = await post('save', {name: name.value, text: text.value, replace});
    saved = text.value;
    said.textContent = t('saved-as', answer.saved);
    return answer.saved.replace('recipes/', '');
  }

  async function attempt(andStart) {
    said.className = '';
    try {
      const isKnown = recipes.includes(name.value);
      if (isKnown && text.value !== saved && !confirm(t('replace-it', name.value))) return;
      const file = text.value === saved && isKnown ? name.value : await store(isKnown);
      if (!recipes.includes(file)) recipes.push(file);
      if (!andStart) return;
      await post('start', {recipe: file});
      said.textContent = t('started-run');
      setTimeout(() => { if (isHere()) location.hash = '#/runs'; }, 1500);
    } catch (error) {
      said.className = 'error';
      said.textContent = error.message;
    }
  }
  save.addEventListener('click', () => attempt(false));
  run.addEventListener('click', () => attempt(true));
  choice.addEventListener('change', () => { if (choice.value) load(choice.value); });
  text.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(check, 600); });
  for (const event of ['click', 'keyup']) text.addEventListener(event, () => { if (stageAtCursor(stageList(text.value))?.name !== shown) showForm(); });
  view.replaceChildren(el('h1', {}, t('new-run')), el('.bar', {}, el('label.inline', {for: 'recipe'}, t('start-from')), choice, el('label.inline', {for: 'name'}, t('save-as')), name, save, run), said,
    el('.halves', {}, el('div', {}, el('label', {for: 'text'}, t('recipe-is-the-truth')), text), el('div', {}, section(t('forecast'), result), section(t('parameters'), form))));
  const wanted = query.get('recipe');
  if (recipes.includes(wanted) || recipes.length === 1) {
    choice.value = recipes.includes(wanted) ? wanted : recipes[0];
    await load(choice.value);
  }
  showForm(false);
  return () => clearTimeout(timer);
}
