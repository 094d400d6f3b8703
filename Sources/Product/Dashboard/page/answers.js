// Every question beside the answers of base and runs; what a trained model got wrong comes first.
import {el, t, api, grid} from './elements.js';

export async function answersView(view, runs, query) {
  const book = await api('answers', {runs: runs.join(',')});
  if (!book.rows.length) {
    view.replaceChildren(el('p.soft', {}, t('no-answers')));
    return;
  }
  const names = book.columns.map(c => t(c.base ? 'base' : 'tuned') + (runs.length > 1 ? ` ${runs.indexOf(c.run) + 1}` : '') + (c.stage ? ' · ' + c.stage : ''));
  const search = el('input', {type: 'search', placeholder: t('find'), 'aria-label': t('find'), value: query.get('q') || ''});
  const only = el('input', {type: 'checkbox'});
  const group = el('select', {'aria-label': t('group')}, el('option', {value: ''}, t('all-groups')), [...new Set(book.rows.map(r => r.group))].sort().map(g => el('option', {value: g}, g)));
  const body = el('tbody'), count = el('span.soft', {role: 'status'});
  function draw() {
    const words = search.value.toLowerCase();
    const rows = book.rows.filter(r => (!only.checked || r.wrong) && (!group.value || r.group === group.value)
      && (!words || [...r.ask, ...r.answers.map(a => a?.text || '')].some(text => text.toLowerCase().includes(words))));
    count.textContent = t('of-questions', rows.length, book.rows.length);
    body.replaceChildren(...rows.slice(0, 500).map(row => el('tr', {}, el('th', {scope: 'row'}, row.ask.slice(0, -1).map(turn => el('span.turn', {}, turn, ' → ')), row.ask.at(-1), el('small', {}, row.group, ' ', nearButton(row, book))),
      row.answers.map((answer, index) => answer === null ? el('td.none', {'data-label': names[index]}, '–')
        : el('td' + (answer.right === true ? '.right' : answer.right === false ? '.wrong' : ''), {'data-label': names[index]},
          answer.right === null ? null : el('span.sign', {role: 'img', 'aria-label': t(answer.right ? 'right' : 'wrong')}, answer.right ? '✓' : '✗'), ' ', answer.text)))));
  }
  for (const field of [search, only, group]) field.addEventListener('input', draw);
  const share = (right, asked, word) => {
    if (!asked) return '–';
    const bar = el('i');
    bar.style.width = Math.round(right / asked * 100) + '%';
    return [t(word, right, asked), ' ', el('span.share', {'aria-hidden': 'true'}, bar)];
  };
  view.replaceChildren(...[
    grid([{text: t('group')}, ...names.map(text => ({text, number: true}))], book.scores.map(s => [s.group, ...s.right.map((right, index) => share(right, s.asked[index], s.asks_for_silence ? 'of-silent' : 'of'))]), t('answers')),
    el('.bar', {}, search, group, el('label.inline', {}, only, t('only-wrong')), count),
    el('.scroll', {tabindex: '0', role: 'region', 'aria-label': t('answers')}, el('table.answers', {}, el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, t('question')), names.map(n => el('th', {scope: 'col'}, n)))), body)),
  ].filter(Boolean));
  draw();
}

/** Shows the rows that were trained on and are most like a question. */
function nearButton(row, book) {
  const button = el('button.near', {type: 'button', onclick: async () => {
    button.disabled = true;
    const run = book.columns.find((c, index) => !c.base && row.answers[index])?.run || book.columns[0].run;
    const found = await api('near', {run, q: row.ask.join('\n')}).catch(error => ({error}));
    const lines = found.error ? [el('p.error', {}, found.error.message)] : found.rows.length ? found.rows.map(r => el('p', {},
      el('b', {}, `${Math.round(r.likeness * 100)} % `), r.messages.filter(m => m.role !== 'system').map(m => m.text).join(' → '), el('small', {}, r.source, ' ', t('row', r.row))))
      : [el('p', {}, t('nothing-found'))];
    button.replaceWith(el('.found', {}, lines));
  }}, t('nearest-rows'));
  return button;
}
