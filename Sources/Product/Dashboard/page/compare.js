// Several runs beside each other: curves overlaid, what differs, answers.
import {el, t, api, section, grid, parameter, metric, clock, duration, state, colors, keep, settings, short} from './elements.js';
import {chart, drawAll, clearCharts, seriesName, smoothingField, axisField} from './charts.js';
import {answersView} from './answers.js';

/** Points of a line: a chart is some 600 pixels wide, and all lines of one are drawn together. */
const pointsOf = lines => Math.max(300, Math.min(1000, Math.round(4000 / lines)));

export async function comparePage(view, parts, query, isHere) {
  let runs = (query.get('runs') || '').split(',').filter(Boolean);
  if (!runs.length) {
    const table = await api('runs');
    if (!isHere()) return;
    const newest = table.runs.find(r => !r.of_command) ?? table.runs[0], before = table.runs.find(r => r.label === newest?.label && r.id !== newest.id);
    runs = [before, newest].filter(Boolean).map(r => r.id);
  }
  const add = el('select', {id: 'add'}, el('option', {value: ''}, t('add-run')));
  // The runs that could be added are asked for when all else is there.
  const offer = async () => {
    const table = await api('runs').catch(() => ({runs: []}));
    add.append(...table.runs.filter(r => !runs.includes(r.id)).slice(0, 500).map(r => el('option', {value: r.id}, `${r.label} ${r.id}`)));
  };
  const go = next => { location.hash = '#/compare?runs=' + next.map(encodeURIComponent).join(','); };
  add.addEventListener('change', () => go([...runs, add.value]));
  const head = [el('h1', {}, t('compare')), el('.bar', {}, el('label.hidden', {for: 'add'}, t('add-run')), add)];
  if (!runs.length) {
    view.replaceChildren(...head, el('p', {}, t('no-runs')));
    offer();
    return;
  }
  const names = runs.join(',');
  const [page, found] = await Promise.all([api('compare', {runs: names}), api('curve', {runs: names, points: pointsOf(runs.length)})]);
  if (!isHere()) return;
  const places = colors(page.runs.map(r => r.run));
  const name = index => `${index + 1} · ${page.runs[index].label}`;
  const swatch = run => el(`span.swatch.k${places[run] % 8}${places[run] >= 8 ? '.dashed' : ''}`);
  const numbers = page.runs.map((_, index) => ({text: String(index + 1), number: true}));
  const lines = (list, title, text) => grid([{text: title}, ...numbers], list.map(line => [[el('code', {title: line.help || null}, `${line.stage}.${line.name}`),
    line.better ? el('small', {}, t('better-' + line.better)) : null], ...line.values.map((value, index) => line.best === index ? el('b.better', {}, text(value, line), ' ★') : text(value, line))]), title);
  const charts = el('.charts'), answers = el('div'), linear = el('input', {type: 'checkbox'});
  function draw() {
    clearCharts();
    const keys = [];
    for (const run of found) for (const c of run.curves) if (c.name !== 'tokens' && !keys.some(k => k.stage === c.stage && k.name === c.name)) keys.push({stage: c.stage, name: c.name});
    const stages = new Set(keys.map(k => k.stage));
    const order = ['loss', 'validation.loss', 'validation.loss.domain', 'validation.loss.general', 'learning_rate'];
    keys.sort((a, b) => (order.indexOf(a.name) + 1 || 99) - (order.indexOf(b.name) + 1 || 99));
    charts.replaceChildren(...keys.map(key => chart((stages.size > 1 ? key.stage + ' · ' : '') + seriesName(key.name), found.flatMap((run, index) =>
      run.curves.filter(c => c.stage === key.stage && c.name === key.name).map(curve => ({label: name(index), color: places[page.runs[index]?.run] ?? index, curve, tokens: run.curves.find(c => c.stage === key.stage && c.name === 'tokens')?.points}))),
    {isSmooth: key.name === 'learning_rate', logarithmic: linear.checked, axis: settings.axis, unit: key.name === 'memory' ? 'bytes' : ''})));
    drawAll(charts);
    performance.mark('curves-drawn');
  }
  linear.addEventListener('change', draw);
  const metrics = page.metrics.filter(line => line.headline || line.best !== null);
  view.replaceChildren(...[...head,
    section(t('runs'), grid([{text: t('run')}, {text: t('state')}, {text: t('started')}, {text: t('took'), number: true}, {text: ''}], page.runs.map((run, index) => [
      [swatch(run.run), el('a', {href: '#/run/' + run.run}, name(index)), el('small', {}, run.run)], state(run.status), el('span.time', {}, clock(run.started)), run.seconds === undefined ? '' : duration(run.seconds),
      page.runs.length > 1 ? el('button', {type: 'button', 'aria-label': t('leave-out', name(index)), onclick: () => go(runs.filter(r => !run.run.includes(r)))}, '×') : '']))),
    section(t('differing-parameters'), page.parameters.length ? lines(page.parameters, t('parameter'), value => el('span', {title: parameter(value)}, short(parameter(value), 30))) : el('p', {}, t(page.runs.length > 1 ? 'no-differing-parameters' : 'one-run-alone'))),
    section(t('curves'), el('.bar', {}, smoothingField(() => { keep(); draw(); }), axisField(found.flatMap(f => f.curves), () => { keep(); draw(); }), el('label.inline', {}, linear, t('logarithmic'))), charts),
    metrics.length ? section(t('metrics'), lines(metrics, t('metric'), (value, line) => metric(value, line.unit))) : null,
    page.data.length ? section(t('data'), lines(page.data, t('rows'), value => parameter(value))) : null,
    section(t('answers'), answers)].filter(Boolean));
  draw();
  await answersView(answers, page.runs.map(r => r.run), query);
  offer();
}
