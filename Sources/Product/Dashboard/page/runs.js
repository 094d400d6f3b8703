// The table of runs: what differs as columns, filter, sort, groups; all of it in the address.
import {el, t, api, figure, parameter, percent, duration, clock, state, named} from './elements.js';

const inOneGo = 150;

export async function runsPage(view, parts, query, isHere) {
  const table = await api('runs');
  if (!isHere()) return;
  if (!table.runs.length) {
    view.replaceChildren(el('h1', {}, t('runs')), el('p', {}, t('no-runs')), el('pre', {}, 'lorapipe run'));
    return;
  }
  const chosen = new Set((query.get('pick') || '').split(',').filter(Boolean));
  const fixed = [
    {key: 'started', text: t('started'), value: run => run.started, show: run => clock(run.started)},
    {key: 'seconds', text: t('took'), number: true, value: run => run.seconds, show: run => run.seconds === undefined ? '' : duration(run.seconds)},
  ];
  const columns = [...fixed, ...table.columns.map((column, index) => ({
    key: `${column.stage}.${column.name}`, column, number: column.kind === 'metric' || table.runs.some(run => typeof run.values[index] === 'number'),
    text: column.name, from: column.stage, help: column.help, value: run => run.values[index],
    show: run => run.values[index] === null ? '' : column.share ? percent(run.values[index]) : column.kind === 'metric' ? figure(run.values[index]) : parameter(run.values[index]),
  }))];
  for (const column of columns) {
    if (!column.column?.better) continue;
    const values = table.runs.map(column.value).filter(v => typeof v === 'number');
    if (new Set(values).size > 1) column.best = column.column.better === 'lower' ? Math.min(...values) : Math.max(...values);
  }
  const filter = el('input', {type: 'search', id: 'filter', value: query.get('q') || '', placeholder: t('filter-example')});
  const groups = el('input', {type: 'checkbox', id: 'grouped'});
  groups.checked = query.get('group') === '1';
  const all = el('input', {type: 'checkbox', id: 'hide-columns'});
  all.checked = query.get('metrics') === '1';
  // A list of what was tried: a model that was merged or downloaded by a command is no trial.
  const ofCommands = table.runs.filter(run => run.of_command).length;
  const commands = el('input', {type: 'checkbox', id: 'commands'});
  commands.checked = query.get('commands') === '1' || ofCommands === table.runs.length;
  let sort = query.get('sort') || '-started';
  const body = el('tbody'), head = el('tr'), count = el('span.soft'), go = el('a.button');

  function remember() {
    const next = new URLSearchParams();
    if (filter.value) next.set('q', filter.value);
    if (sort !== '-started') next.set('sort', sort);
    if (groups.checked) next.set('group', '1');
    if (all.checked) next.set('metrics', '1');
    if (commands.checked) next.set('commands', '1');
    if (chosen.size) next.set('pick', [...chosen].join(','));
    history.replaceState(null, '', '#/runs' + (next.size ? '?' + next : ''));
    const link = '#/compare?runs=' + [...chosen].join(',');
    go.textContent = chosen.size > 1 ? t('compare-chosen', chosen.size) : t('choose-to-compare');
    if (chosen.size > 1) go.setAttribute('href', link); else go.removeAttribute('href');
  }

  function fitting(run) {
    if (run.of_command && !commands.checked) return false;
    return filter.value.toLowerCase().split(/\s+/).filter(Boolean).every(word => {
      const match = word.match(/^([^<>=#]+)(<=|>=|=|<|>)(.+)$/);
      if (!match) return `${run.id} ${run.label} ${run.status} ${run.group || ''} ${(run.tags || []).map(x => '#' + x).join(' ')} ${(run.aliases || []).map(x => '=' + x).join(' ')} ${run.note || ''} ${t('state.' + run.status)}`.toLowerCase().includes(word);
      const column = columns.find(c => c.key.toLowerCase() === match[1] || c.key.toLowerCase().endsWith('.' + match[1]));
      if (!column) return false;
      const value = column.value(run), wanted = Number(match[3]);
      if (match[2] === '=') return typeof value === 'number' ? value === wanted : String(value).toLowerCase() === match[3];
      return typeof value === 'number' && (match[2][0] === '<' ? value < wanted : value > wanted) || match[2].length === 2 && value === wanted;
    });
  }

  function row(run) {
    const check = el('input', {type: 'checkbox', 'aria-label': t('choose', run.id), onchange: event => {
      if (event.target.checked) chosen.add(run.id); else chosen.delete(run.id);
      remember();
    }});
    check.checked = chosen.has(run.id);
    return el('tr', {}, el('td.check', {}, check),
      el('th', {scope: 'row'}, el('a', {href: '#/run/' + encodeURIComponent(run.id), title: run.label}, run.label), (run.aliases || []).map(a => el('span.chip', {}, '=' + a)), (run.tags || []).map(a => el('span.chip', {}, '#' + a)), el('small', {title: run.note || null}, run.id, run.note ? ' · ' + run.note.slice(0, 40) : '')),
      el('td', {}, state(run.status)),
      shown().map(column => {
        const value = column.value(run), isBest = column.best !== undefined && value === column.best;
        return el(column.number ? 'td.number' : 'td', {}, isBest ? el('b.better', {title: t('best')}, column.show(run) + ' ★') : column.show(run));
      }));
  }

  const shown = () => all.checked ? columns.filter(c => !c.column || c.column.kind === 'metric') : columns;
  const further = el('button', {type: 'button', hidden: true});
  function draw() {
    head.replaceChildren(el('td.check', {}, el('span.hidden', {}, t('choose-column'))), el('th', {scope: 'col'}, t('run')), el('th', {scope: 'col'}, t('state')),
      ...shown().map(column => {
        const direction = sort === column.key ? 'ascending' : sort === '-' + column.key ? 'descending' : null;
        return el(column.number ? 'th.number' : 'th', {scope: 'col', 'aria-sort': direction},
          el('button.sort', {type: 'button', title: column.help || null, onclick: () => {
            sort = sort === '-' + column.key ? column.key : '-' + column.key;
            draw();
          }}, column.from ? el('small', {}, column.from) : null, named('metric.', column.text), direction ? (direction === 'ascending' ? ' ↑' : ' ↓') : ''));
      }));
    const key = sort.replace(/^-/, ''), down = sort.startsWith('-');
    const column = columns.find(c => c.key === key) || columns[0];
    const rows = table.runs.filter(fitting).sort((a, b) => {
      const [x, y] = [column.value(a), column.value(b)];
      if (x === y) return a.id < b.id ? 1 : -1;
      if (x === null || x === undefined) return 1;
      if (y === null || y === undefined) return -1;
      return (x < y ? -1 : 1) * (down ? -1 : 1);
    });
    count.textContent = t('runs-shown', rows.length, table.runs.length);
    const lines = [];
    if (groups.checked) {
      const by = new Map();
      for (const run of rows) {
        const name = run.group || run.recipe;
        if (!by.has(name)) by.set(name, []);
        by.get(name).push(run);
      }
      for (const [name, members] of by) {
        lines.push(() => el('tr.group', {}, el('th', {colspan: shown().length + 3, scope: 'rowgroup'}, name, ' ', el('small', {}, t('runs-in-group', members.length)),
          members[0].group ? el('a', {href: '#/sweep?group=' + encodeURIComponent(name)}, t('sweep')) : null)));
        for (const run of members) lines.push(() => row(run));
      }
    } else for (const run of rows) lines.push(() => row(run));
    body.replaceChildren();
    // A table of thousands of rows keeps a browser busy for seconds: further rows come when the end is in sight.
    let next = 0;
    function more() {
      body.append(...lines.slice(next, next += inOneGo).map(make => make()));
      further.hidden = next >= lines.length;
      further.textContent = t('more-rows', lines.length - next);
    }
    further.onclick = more;
    more();
    remember();
  }

  filter.addEventListener('input', draw);
  groups.addEventListener('change', draw);
  all.addEventListener('change', draw);
  commands.addEventListener('change', draw);
  view.replaceChildren(el('.row', {}, el('h1', {}, t('runs')), count), el('.bar', {},
    el('label.hidden', {for: 'filter'}, t('filter')), filter,
    el('label.inline', {}, groups, t('group-by-sweep')), el('label.inline', {}, all, t('metrics-only')),
    ofCommands ? el('label.inline', {}, commands, t('runs-of-commands', ofCommands)) : null, go),
    el('.scroll.wide', {tabindex: '0', role: 'region', 'aria-label': t('runs')}, el('table.runs', {}, el('thead', {}, head), body)), further);
  draw();
  const sight = new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting) && !further.hidden) further.click(); }, {rootMargin: '1200px'});
  sight.observe(further);
  performance.mark('runs-drawn');
  const timer = setInterval(async () => {
    // A run that begins or ends shows without a reload.
    const fresh = await api('runs', {limit: 50}).catch(() => null);
    if (!fresh || !isHere() || document.activeElement?.closest?.('table')) return;
    if (JSON.stringify(fresh.runs.map(r => [r.id, r.status])) !== JSON.stringify(table.runs.slice(0, 50).map(r => [r.id, r.status]))) dispatchEvent(new HashChangeEvent('hashchange'));
  }, 5000);
  return () => { clearInterval(timer); sight.disconnect(); };
}
