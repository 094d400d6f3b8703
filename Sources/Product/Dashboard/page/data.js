// What a run was trained on: the mix as bars, figures, and the rows themselves as conversations.
import {el, t, api, section, grid, figure, named, closed} from './elements.js';

function bar(title, parts) {
  const total = parts.reduce((sum, p) => sum + p.count, 0);
  if (!total) return null;
  const pieces = parts.map((part, index) => {
    const piece = el('i.k' + index % 8, {title: `${part.label}: ${figure(part.count)}`});
    piece.style.width = part.count / total * 100 + '%';
    return piece;
  });
  return el('figure.mix', {}, el('figcaption', {}, title), el('.bars', {role: 'img', 'aria-label': title + ': ' + parts.map(p => `${p.label} ${p.count}`).join(', ')}, pieces),
    el('ul.legend', {}, parts.map((part, index) => el('li', {}, el('span.swatch.k' + index % 8), part.label, ' ', el('b', {}, figure(part.count)), el('small', {}, ` ${Math.round(part.count / total * 100)} %`)))));
}

export async function dataView(view, run, query, isHere) {
  const data = run.data, rows = [];
  const add = (key, value) => { if (value !== undefined && value !== null) rows.push([t(key), typeof value === 'number' ? figure(value) : value]); };
  add('rows-train', data.train);
  add('rows-validation', data.validation);
  if (data.ratio !== undefined) rows.push([t('ratio'), `1 : ${figure(data.ratio)}`]);
  add('tokens', data.tokens);
  if (data.labels !== undefined && data.tokens) rows.push([t('labels'), `${figure(data.labels)} (${Math.round(data.labels / data.tokens * 100)} %)`]);
  if (data.length_median !== undefined) rows.push([t('lengths'), t('lengths-of', figure(data.length_median), figure(data.length_p95), figure(data.length_maximum))]);
  add('longest-in-tokens', data.longest_in_tokens);
  add('duplicates', data.duplicates);
  add('near-duplicates', data.near_duplicates);
  add('validation-seen', data.validation_seen);
  for (const [name, count] of Object.entries(data.losses)) rows.push([named('loss.', name), figure(count)]);
  const byRole = {};
  for (const source of data.sources) byRole[source.role] = (byRole[source.role] || 0) + source.rows;
  const list = el('ol.rows'), count = el('span.soft', {role: 'status'}), earlier = el('button', {type: 'button'}, t('earlier')), later = el('button', {type: 'button'}, t('later'));
  const search = el('input', {type: 'search', placeholder: t('find'), 'aria-label': t('find'), value: query.get('q') || ''});
  const split = el('select', {'aria-label': t('split')}, el('option', {value: 'train'}, t('rows-train')), el('option', {value: 'validation'}, t('rows-validation')));
  const source = el('select', {'aria-label': t('source')}, el('option', {value: ''}, t('all-sources')), data.sources.map((s, index) => el('option', {value: String(index)}, s.name)));
  const form = el('select', {'aria-label': t('shown-as')}, el('option', {value: 'talk'}, t('as-conversations')), el('option', {value: 'tokens'}, t('as-tokens')));
  const order = el('select', {'aria-label': t('order')}, el('option', {value: ''}, t('in-training-order')), el('option', {value: 'loss'}, t('highest-loss-first')));
  const finding = el('select', {'aria-label': t('finding')}, el('option', {value: ''}, t('all-rows')), data.findings.map(f => el('option', {value: f.code}, f.code)));
  if (query.get('order') === 'loss' && data.has_row_losses) order.value = 'loss';
  let offset = 0, number = 0;
  const pageSize = 20;
  async function load() {
    const mine = ++number;
    let page;
    const asTokens = form.value === 'tokens';
    search.disabled = source.disabled = order.disabled = finding.disabled = asTokens;
    // Losses are those of rows that were trained on.
    split.disabled = order.value === 'loss' && !asTokens;
    try {
      page = asTokens ? await api('tokens', {run: run.run, split: split.value, offset, limit: pageSize}) : await api('rows', {run: run.run, split: split.value, source: source.value, q: search.value, finding: finding.value, order: order.value, offset, limit: pageSize});
    } catch (error) {
      list.replaceChildren(el('li.error', {role: 'alert'}, error.message));
      return;
    }
    if (mine !== number || !isHere()) return;
    count.textContent = page.total ? t('rows-shown', offset + 1, offset + page.rows.length, figure(page.total)) : t('nothing-found');
    earlier.disabled = offset === 0;
    later.disabled = offset + pageSize >= page.total;
    if (asTokens) {
      list.replaceChildren(...page.rows.map(row => el('li', {}, el('p.soft', {}, `${closed(row.source)} · ${named('role.', row.role)} · ${t('row', row.row)} · ${t('learned-of', row.learned, row.tokens)}`),
        el('p.tokens', {}, row.parts.map(part => part.learned ? el('mark', {}, part.text) : part.text)))));
      return;
    }
    list.replaceChildren(...page.rows.map(row => el('li', {}, el('p.soft', {}, [row.source, named('role.', row.role), closed(row.file) + ' ' + t('row', row.row)].map(closed).join(' · '),
      row.loss === undefined ? null : el('b.measured', {}, t('loss-of-row', figure(row.loss), figure(row.labels))), row.flaw ? el('span.flaw', {}, row.flaw) : null),
      row.messages.map(m => el('.turn.' + (['user', 'assistant', 'system'].includes(m.role) ? m.role : 'other'), {}, el('span.who', {}, named('who.', m.role)), el('p', {}, m.text))))));
  }
  earlier.onclick = () => { offset = Math.max(0, offset - pageSize); load(); };
  later.onclick = () => { offset += pageSize; load(); };
  // A search reads the rows on the server: it waits for a pause in typing.
  let waiting;
  const again = delay => { clearTimeout(waiting); waiting = setTimeout(() => { offset = 0; load(); }, delay); };
  search.addEventListener('input', () => again(300));
  for (const field of [split, source, form, order, finding]) field.addEventListener('input', () => again(0));
  const place = section(t('rows'), data.has_row_losses ? el('p.soft', {}, t('hard-rows-note')) : null, el('.bar', {}, form, search, split, data.sources.length > 1 ? source : null,
    data.findings.length ? finding : null, data.has_row_losses ? order : null, count, earlier, later), list);
  view.replaceChildren(...[
    section(t('mix'), bar(t('rows-by-role'), Object.entries(byRole).map(([role, n]) => ({label: named('role.', role), count: n}))),
      bar(t('rows-by-source'), data.sources.map(s => ({label: s.name, count: s.rows}))),
      bar(t('rows-by-language'), Object.entries(data.languages).map(([language, n]) => ({label: named('language.', language), count: n}))),
      grid([{text: t('rows')}, {text: t('value')}], rows)),
    section(t('findings'), data.findings.length ? el('ul.verdicts', {}, data.findings.map(f => el(f.level === 'note' ? 'li.note' : 'li.warning', {}, el('span.tone', {}, t('tone.' + f.level)),
      el('div', {}, el('p', {}, f.message, ' ', el('button.near', {type: 'button', onclick: () => { finding.value = f.code; form.value = 'talk'; again(0); place.scrollIntoView(); }}, t('show-rows'))), el('p.soft', {}, f.remedy))))) : null),
    place,
  ].filter(Boolean));
  await load();
}
