// Which page is shown. The address after '#' holds the page and its state, so a link shows what one sees.
import {el, t, loadWords, settings, keep, api, announce} from './elements.js';
import {clearCharts} from './charts.js';
import {runsPage} from './runs.js';
import {runPage} from './run.js';
import {comparePage} from './compare.js';
import {sweepPage} from './sweep.js';
import {startPage} from './start.js';

const main = document.getElementById('main');
const pages = {runs: runsPage, run: runPage, compare: comparePage, sweep: sweepPage, new: startPage};
let leave = null, number = 0;

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** The address as its parts: '#/run/ID/data?q=x'. */
export function place() {
  const [path, query] = location.hash.slice(2).split('?');
  return {parts: (path || 'runs').split('/').map(decoded), query: new URLSearchParams(query || '')};
}

async function show() {
  const {parts, query} = place(), mine = ++number;
  leave?.();
  leave = null;
  clearCharts();
  document.documentElement.lang = settings.language === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset.theme = settings.theme;
  for (const e of document.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll('[data-t-label]')) e.setAttribute('aria-label', t(e.dataset.tLabel));
  const current = parts[0];
  document.getElementById('pages').replaceChildren(...[['runs', 'runs'], ['compare', 'compare'], ['sweep', 'sweep'], ['new', 'new-run']].map(
    ([page, key]) => el('a', {href: '#/' + page, 'aria-current': current === page || page === 'runs' && current === 'run' ? 'page' : null}, t(key))));
  const page = pages[current] || runsPage;
  const view = el('div', {}, el('p.soft', {}, t('loading')));
  try {
    // Its requests are under way before the old page, which may be a long table, is taken down.
    const coming = page(view, parts.slice(1), query, () => mine === number);
    main.replaceChildren(view);
    const left = await coming;
    if (mine === number) leave = left || null; else left?.();
  } catch (error) {
    if (mine !== number) return;
    if (error.status === 401) askForKey(view); else view.replaceChildren(el('p.error', {role: 'alert'}, error.message));
  }
  document.title = (view.querySelector('h1')?.textContent || 'lorapipe') + ' · lorapipe';
}

function askForKey(view) {
  const input = el('input', {id: 'key', type: 'password', autocomplete: 'off'});
  view.replaceChildren(el('form', {onsubmit: event => { event.preventDefault(); settings.key = input.value; show(); }},
    el('label', {for: 'key'}, t('key-needed')), ' ', input, ' ', el('button', {}, t('open'))));
  input.focus();
}

for (const id of ['language', 'theme']) {
  const field = document.getElementById(id);
  field.value = settings[id];
  field.addEventListener('change', () => { settings[id] = field.value; keep(); show(); });
}
addEventListener('hashchange', () => { show().then(() => { main.focus({preventScroll: true}); scrollTo(0, 0); announce(document.title); }); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);

await loadWords();
await show();
api('session').then(session => {
  document.getElementById('about').replaceChildren(`lorapipe ${session.version} · ${session.workspace} · ${t('charts-by', session.library)}`);
}).catch(() => {});
