// A metric against the parameters that were varied, and every run as a line across all of them.
import {el, svg, t, api, section, figure, parameter, percent, short} from './elements.js';

export async function sweepPage(view, parts, query, isHere) {
  const table = await api('runs');
  if (!isHere()) return;
  const groups = [...new Set(table.runs.map(r => r.group || r.recipe))];
  const size = name => table.runs.filter(r => (r.group || r.recipe) === name).length;
  if (!groups.length) {
    view.replaceChildren(el('h1', {}, t('sweep')), el('p', {}, t('no-runs')));
    return;
  }
  const group = groups.includes(query.get('group')) ? query.get('group') : [...groups].sort((a, b) => size(b) - size(a))[0];
  const runs = table.runs.filter(r => (r.group || r.recipe) === group);
  const at = (run, index) => run.values[index];
  const all = table.columns.map((column, index) => ({...column, index, label: `${column.stage}.${column.name}`}));
  const varied = all.filter(c => c.kind === 'parameter' && new Set(runs.map(r => JSON.stringify(at(r, c.index)))).size > 1 && runs.some(r => at(r, c.index) !== null && typeof at(r, c.index) !== 'object'));
  const metrics = all.filter(c => c.kind === 'metric' && runs.some(r => typeof at(r, c.index) === 'number'));
  const wanted = metrics.find(m => m.label === query.get('metric')) || metrics.find(m => m.better && m.name.includes('loss')) || metrics.find(m => m.better) || metrics[0];
  const choice = (id, key, options, value, set) => {
    const field = el('select', {id}, options.map(([v, text]) => el('option', {value: v}, text)));
    field.value = value;
    field.addEventListener('change', () => set(field.value));
    return el('label.inline', {for: id}, t(key), ' ', field);
  };
  const go = (name, value) => { query.set(name, value); location.hash = '#/sweep?' + query; };
  const bar = el('.bar', {}, choice('group', 'group-of-runs', groups.map(g => [g, `${g} (${size(g)})`]), group, v => { query.delete('metric'); go('group', v); }),
    metrics.length ? choice('metric', 'metric', metrics.map(m => [m.label, m.label]), wanted.label, v => go('metric', v)) : null);
  if (!wanted || !varied.length) {
    view.replaceChildren(el('h1', {}, t('sweep')), bar, el('p', {}, t('no-sweep')), el('pre', {}, 'matrix:\n  train.lora.rank: [4, 8, 16]'));
    return;
  }
  const measured = runs.filter(r => typeof at(r, wanted.index) === 'number');
  const text = value => wanted.share ? percent(value) : figure(value);
  const values = measured.map(r => at(r, wanted.index));
  const best = measured.length ? measured[values.indexOf(wanted.better === 'higher' ? Math.max(...values) : Math.min(...values))] : null;
  view.replaceChildren(...[el('h1', {}, t('sweep')), bar,
    best ? el('p.best', {}, t('best-run'), ' ', el('a', {href: '#/run/' + best.id}, best.label + ' ' + best.id), ` · ${wanted.label} ${text(at(best, wanted.index))} · `,
      varied.map(c => `${c.name} ${parameter(at(best, c.index))}`).join(', ')) : null,
    section(t('metric-by-parameter'), el('.charts', {}, varied.slice(0, 12).map(c => scatter(c, wanted, measured, at, text, best)))),
    varied.length > 1 ? section(t('all-parameters'), el('.scroll', {}, parallel([...varied.slice(0, 10), wanted], measured, at, text, best, wanted))) : null].filter(Boolean));
}

/** Places of a column's values on an axis: numbers by size (powers far apart by their logarithm), the rest in order. */
function scale(column, runs, at) {
  const values = runs.map(r => at(r, column.index)), numbers = values.filter(v => typeof v === 'number');
  if (numbers.length && numbers.length === values.filter(v => v !== null).length) {
    let low = Math.min(...numbers), high = Math.max(...numbers);
    const isLog = low > 0 && high / low >= 8, f = isLog ? Math.log : v => v;
    if (low === high) { low -= Math.abs(low) * 0.1 || 1; high += Math.abs(high) * 0.1 || 1; }
    const ticks = [...new Set(numbers)].sort((a, b) => a - b);
    const shown = ticks.length <= 7 ? ticks : [low, high];
    return {place: v => typeof v === 'number' ? (f(v) - f(low)) / (f(high) - f(low)) : null, ticks: shown};
  }
  const names = [...new Set(values.map(v => v === null ? null : String(v)))].filter(v => v !== null).sort();
  return {place: v => v === null ? null : names.length > 1 ? names.indexOf(String(v)) / (names.length - 1) : 0.5, ticks: names};
}

function scatter(column, wanted, runs, at, text, best) {
  const x = scale(column, runs, at), y = scale(wanted, runs, at), width = 420, height = 220, left = 64, right = 20, top = 12, bottom = 34;
  const px = v => left + (x.place(v) * 0.92 + 0.04) * (width - left - right), py = v => top + (1 - y.place(v)) * (height - top - bottom);
  const parts = [svg('path', {class: 'grid', d: `M${left} ${top}V${height - bottom}H${width - right}`})];
  for (const tick of x.ticks) parts.push(svg('text', {class: 'tick', x: px(tick), y: height - bottom + 16, 'text-anchor': 'middle'}, svg('title', {}, parameter(tick)), short(parameter(tick), 14)));
  const ends = y.ticks.length > 1 ? [y.ticks[0], y.ticks.at(-1)] : y.ticks;
  for (const tick of ends) parts.push(svg('text', {class: 'tick', x: left - 8, y: py(tick) + 4, 'text-anchor': 'end'}, text(tick)));
  for (const run of runs) {
    if (x.place(at(run, column.index)) === null) continue;
    parts.push(svg('a', {href: '#/run/' + run.id, tabindex: run === best ? '0' : '-1', 'aria-label': `${run.label}: ${parameter(at(run, column.index))}, ${text(at(run, wanted.index))}`},
      svg('circle', {class: run === best ? 'dot best' : 'dot', cx: px(at(run, column.index)), cy: py(at(run, wanted.index)), r: run === best ? 6 : 4},
        svg('title', {}, `${run.label} ${run.id}: ${column.name} ${parameter(at(run, column.index))}, ${wanted.name} ${text(at(run, wanted.index))}`))));
  }
  // Where many runs share a value, their mean tells which value does better.
  const by = new Map();
  for (const run of runs) by.set(at(run, column.index), [...by.get(at(run, column.index)) || [], at(run, wanted.index)]);
  for (const [value, found] of by) {
    if (found.length < 3 || x.place(value) === null) continue;
    const mean = found.reduce((sum, v) => sum + v, 0) / found.length;
    parts.push(svg('path', {class: 'mean', d: `M${px(value) - 14} ${py(mean)}h28`}, svg('title', {}, t('mean-of', found.length, text(mean)))));
  }
  return el('figure.chart', {}, el('figcaption', {}, `${wanted.name} · ${column.label}`),
    svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': `${wanted.label}, ${column.label}`}, parts));
}

function parallel(columns, runs, at, text, best, wanted) {
  const gap = 150, width = gap * (columns.length - 1) + 160, height = 300, top = 40, bottom = 24;
  const scales = columns.map(c => scale(c, runs, at)), px = index => 80 + index * gap, py = (index, value) => top + (1 - scales[index].place(value)) * (height - top - bottom);
  const parts = [];
  const line = run => columns.map((c, index) => scales[index].place(at(run, c.index)) === null ? null : `${px(index)} ${py(index, at(run, c.index))}`).filter(Boolean).join('L');
  // The better a run, the stronger its line; the best ones are drawn last, on top.
  const last = columns.length - 1, goodness = run => { const place = scales[last].place(at(run, wanted.index)); return wanted.better === 'higher' ? place : 1 - place; };
  for (const run of [...runs].sort((a, b) => goodness(a) - goodness(b) || (a === best) - (b === best))) parts.push(svg('a', {href: '#/run/' + run.id, 'aria-label': run.label + ' ' + run.id, tabindex: run === best ? '0' : '-1'},
    svg('path', {class: run === best ? 'across best' : 'across', 'stroke-opacity': run === best ? 1 : (0.05 + 0.6 * goodness(run) ** 4).toFixed(3), d: 'M' + line(run)}, svg('title', {}, `${run.label} ${run.id}: ${wanted.name} ${text(at(run, wanted.index))}`))));
  columns.forEach((column, index) => {
    parts.push(svg('path', {class: 'axis', d: `M${px(index)} ${top}V${height - bottom}`}),
      svg('text', {class: 'name', x: px(index), y: 16, 'text-anchor': 'middle'}, column.name));
    for (const tick of scales[index].ticks.length <= 7 ? scales[index].ticks : [scales[index].ticks[0], scales[index].ticks.at(-1)]) parts.push(svg('text', {class: 'tick', x: px(index) + 6, y: py(index, tick) + 4}, svg('title', {}, parameter(tick)), column === wanted ? text(tick) : short(parameter(tick), 12)));
  });
  const drawing = svg('svg', {class: 'parallel', viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': t('all-parameters')}, parts);
  drawing.style.width = width + 'px';
  return drawing;
}
