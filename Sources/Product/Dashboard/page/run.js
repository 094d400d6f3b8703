// One run, live while it goes on: verdict, stages, curves, answers, data, log, settings, lineage.
import {el, svg, t, api, post, section, grid, figure, parameter, metric, bytes, duration, clock, state, named, announce, keep, settings, short} from './elements.js';
import {chart, drawAll, clearCharts, isLoss, seriesName, smoothingField, axisField} from './charts.js';
import {answersView} from './answers.js';
import {dataView} from './data.js';

export async function runPage(view, parts, query, isHere) {
  const id = parts[0], tab = parts[1] || 'overview';
  let run = await api('run', {run: id});
  if (!isHere()) return;
  const body = el('.tab'), head = el('div'), labels = el('.labels');
  showLabels(labels, run);
  const tabs = [['overview', 'overview'], ['curves', 'curves'], run.has_answers ? ['answers', 'answers'] : null, run.data ? ['data', 'data'] : null, run.has_adapter ? ['adapter', 'adapter'] : null,
    ['log', 'log'], ['settings', 'settings-short'], ['lineage', 'lineage']].filter(Boolean);
  view.replaceChildren(head, labels, el('nav.tabs', {'aria-label': t('parts-of-run')}, tabs.map(([name, key]) =>
    el('a', {href: `#/run/${encodeURIComponent(run.run)}/${name}`, 'aria-current': name === tab ? 'page' : null}, t(key)))), body);

  function header() {
    head.replaceChildren(...[el('.row', {}, el('h1', {}, run.label), state(run.status), actions(run)),
      el('p.soft', {}, el('code', {}, run.run), ` · ${t('started')} ${clock(run.started)}`,
        run.seconds !== undefined ? ` · ${t('took')} ${duration(run.seconds)}` : '',
        run.parent ? [' · ', t('resumes'), ' ', el('a', {href: '#/run/' + run.parent}, run.parent)] : null), progress(run.progress)].filter(Boolean));
  }

  header();

  const views = {overview, curves, answers: (r, box) => answersView(box, [r.run], query), data: (r, box) => dataView(box, r, query, isHere), log, settings: settingsView, lineage, adapter};
  let left = await (views[tab] || overview)(run, body, () => run, isHere);
  if (!isHere()) return left;

  // While it goes on, what changes is asked for every second; the rest when a stage has ended.
  let timer = null;
  async function tick() {
    const live = await api('live', {run: run.run}).catch(() => null);
    if (!isHere()) return;
    // One request that failed, of a server that is busy, is no end.
    if (!live) { timer = setTimeout(tick, 3000); return; }
    const states = live.stages.map(s => s.state).join(), before = run.stages.map(s => s.state).join();
    run.progress = live.progress;
    if (states !== before || live.status !== run.status) {
      const fresh = await api('run', {run: run.run}).catch(() => null);
      if (!isHere()) return;
      if (!fresh) { timer = setTimeout(tick, 3000); return; }
      run = fresh;
      run.progress = live.progress;
      announce(t('state-is', run.label, t('state.' + run.status)));
      if (tab === 'overview') overview(run, body);
    }
    header();
    if (run.live) timer = setTimeout(tick, 1000);
  }
  if (run.live || run.status === 'running') tick();
  return () => { clearTimeout(timer); left?.(); };
}

function actions(run) {
  const message = el('span.error', {role: 'alert'});
  const act = (path, key) => el('button', {type: 'button', onclick: async event => {
    event.target.disabled = true;
    // Before the request, which takes its time: who goes elsewhere meanwhile stays there.
    const place = location.hash;
    try {
      await post(path, {run: run.run});
      message.textContent = '';
      announce(t(key + '-done'));
      event.target.textContent = t(key + '-done');
      if (path === 'resume') setTimeout(() => { if (location.hash === place) location.hash = '#/runs'; }, 1200);
    } catch (error) { message.textContent = error.message; event.target.disabled = false; }
  }}, t(key));
  return el('span.actions', {}, run.live ? act('stop', 'stop') : null,
    !run.live && (run.status === 'failed' || run.status === 'interrupted') ? act('resume', 'resume') : null,
    el('a.button', {href: '#/compare?runs=' + encodeURIComponent(run.change ? run.change.old + ',' + run.run : run.run)}, t('compare')), message);
}

/** Aliases, tags and the note of a run, with fields to change them. */
function showLabels(place, run) {
  const said = el('span.error', {role: 'alert'});
  const change = async (kind, text, remove = false) => {
    try {
      const labels = await post('label', {run: run.run, kind, text, remove});
      Object.assign(run, {aliases: labels.aliases || [], tags: labels.tags || [], note: labels.note});
      showLabels(place, run);
    } catch (error) { said.textContent = error.message; }
  };
  const chip = (kind, mark, text) => el('span.chip.' + kind, {}, mark + text, el('button', {type: 'button', 'aria-label': t('remove-label', text), onclick: () => change(kind, text, true)}, '×'));
  const kind = el('select', {'aria-label': t('kind-of-label')}, ['tag', 'alias', 'note'].map(k => el('option', {value: k}, t('label.' + k))));
  const text = el('input', {'aria-label': t('label-text'), placeholder: t('label-text'), autocomplete: 'off'});
  const form = el('form.bar', {onsubmit: event => { event.preventDefault(); if (text.value.trim() || kind.value === 'note') change(kind.value, text.value.trim()); }},
    kind, text, el('button', {}, t('set')), run.live ? null : el('button', {type: 'button', onclick: () => remove(run, said)}, t('delete')), said);
  kind.addEventListener('change', () => { if (kind.value === 'note') text.value = run.note || ''; });
  place.replaceChildren(el('.bar', {}, (run.aliases || []).map(a => chip('alias', '=', a)), (run.tags || []).map(a => chip('tag', '#', a)), run.note ? el('span.note', {}, run.note) : null),
    el('details', {}, el('summary', {}, t('labels-short')), form));
}

/** Deletes a run, after saying what that frees. */
async function remove(run, said) {
  try {
    const [would] = await post('delete', {runs: [run.run], dry: true});
    if (!confirm(t('really-delete', run.run, bytes(would.bytes), bytes(would.artifact_bytes)))) return;
    await post('delete', {runs: [run.run], dry: false});
    location.hash = '#/runs';
  } catch (error) { said.textContent = error.message; }
}

/** What the running stages do: a bar each, with rate, time left and memory. */
function progress(live) {
  if (!live?.stages?.length) return null;
  return el('ul.progress', {}, live.stages.map(stage => {
    const share = stage.total > 0 ? Math.min(1, stage.completed / stage.total) : null;
    const values = Object.entries(stage.values || {}).slice(0, 4).map(([name, value]) => `${seriesName(name)} ${figure(value)}`);
    return el('li', {}, el('b', {}, stage.stage), ' ',
      share === null ? null : el('progress', {max: 1, value: share, 'aria-label': stage.stage}),
      el('span', {}, [stage.activity, stage.total ? `${figure(stage.completed)} / ${figure(stage.total)} ${stage.unit}` : stage.detail,
        stage.remaining !== undefined && stage.remaining !== null ? t('time-left', duration(stage.remaining)) : null, ...values,
        stage.memory ? bytes(stage.memory) : null].filter(Boolean).join(' · ')));
  }));
}

// MARK: overview

function overview(run, body) {
  const failures = run.stages.filter(s => s.state === 'failed').flatMap(stage => stage.diagnostics.map(d =>
    el('li.warning', {}, el('span.tone', {}, t('state.failed')), el('div', {}, el('p', {}, el('b', {}, stage.stage), ' ', d.message), d.remedy ? el('p.soft', {}, d.remedy) : null))));
  const verdicts = run.verdicts.map(v => el('li.' + v.tone, {}, el('span.tone', {}, t('tone.' + v.tone)),
    el('div', {}, el('p', {}, el('b', {}, v.stage), ' ', v.message), v.remedy ? el('p.soft', {}, v.remedy) : null)));
  const tiles = run.stages.filter(s => s.product).flatMap(stage => stage.headlines.map(name => tile(named('metric.', name),
    metric(stage.metrics[name], stage.metric_specs[name].unit), stage.stage, stage.metric_specs[name].help)));
  tiles.push(tile(t('work'), duration(run.work_seconds), t('work-note')));
  if (run.peak_memory) tiles.push(tile(t('memory'), bytes(run.peak_memory), t('at-most')));
  if (run.disk) tiles.push(tile(t('disk'), bytes(run.disk), t('of-artifacts')));
  body.replaceChildren(...[
    section(t('verdict'), failures.length + verdicts.length ? el('ul.verdicts', {}, failures, verdicts) : el('p.soft', {}, t(run.live ? 'still-running' : 'no-verdict')), el('dl.tiles', {}, tiles)),
    section(t('stages'), graph(run)), section(t('timeline'), timeline(run), el('p.soft', {}, t('timeline-note')), el('div', {id: 'machine'})),
    changes(run),
  ].filter(Boolean));
  machine(run, body.querySelector('#machine'));
}

/** CPU, memory and disk of the machine during the run. */
async function machine(run, place) {
  const {curves} = await api('machine', {run: run.run}).catch(() => ({curves: []}));
  if (!place?.isConnected || !curves.length) return;
  place.replaceChildren(el('.charts', {}, curves.map((curve, index) => chart(t('machine.' + curve.name), [{label: t('machine.' + curve.name), color: index, curve}],
    {isSmooth: true, axis: 'seconds', unit: curve.name === 'cpu' ? 'share' : 'bytes'}))));
  drawAll(place);
}

function tile(label, value, note, help) {
  return el('div', {title: help || null}, el('dt', {}, label), el('dd', {}, value), el('dd.note', {}, note));
}

function changes(run) {
  const causes = run.stages.filter(s => ['built', 'failed', 'running', 'interrupted'].includes(s.state)).map(stage =>
    el('li', {}, el('b', {}, stage.stage), ' ', stage.causes.length ? stage.causes.join('; ') : named('reason.', stage.reason || '')));
  const tables = run.change ? ['parameters', 'data', 'metrics'].map(name => grid(
    [{text: t(name)}, {text: t('before'), number: true}, {text: t('after'), number: true}, {text: t('change'), number: true}],
    run.change[name].map(line => [el('code', {}, `${line.stage}.${line.name}`), ...[line.old, line.new].map(v => name === 'parameters' ? parameter(v) : figure(v)), delta(line)]), t(name))) : [];
  return section(t('changes'), causes.length ? el('ul.causes', {}, causes) : el('p', {}, t('nothing-ran')),
    run.change ? el('p.soft', {}, t('compared-with-run'), ' ', el('a', {href: '#/run/' + run.change.old}, run.change.old)) : el('p.soft', {}, t('first-run')), tables);
}

export function delta(line) {
  if (typeof line.old !== 'number' || typeof line.new !== 'number') return '';
  const difference = line.new - line.old;
  return [(difference > 0 ? '+' : '') + figure(difference), line.verdict && line.verdict !== 'same' ? el('span.' + line.verdict, {}, ' ' + t(line.verdict)) : null];
}

function graph(run) {
  const {nodes, edges, width, height, box: [boxWidth, boxHeight]} = run.graph;
  const lines = edges.map(edge => svg('path', {class: edge.data ? 'edge' : 'edge order', d: edge.line}));
  const boxes = nodes.map(node => {
    const x = node.x - boxWidth / 2, y = node.y - boxHeight / 2, stage = run.stages.find(s => s.stage === node.stage);
    if (!stage) return null;
    const seconds = stage.action_seconds ?? stage.seconds, why = (stage.causes[0] || '').replace(/ \([^()]*\)$/, '');
    const text = [t('state.' + stage.state), seconds !== undefined ? duration(seconds) : ''].filter(Boolean).join(' · ');
    return svg('a', {href: `#/run/${encodeURIComponent(run.run)}/log?stage=${encodeURIComponent(stage.stage)}`, 'aria-label': `${stage.stage} (${stage.kind}): ${text} ${why}`},
      svg('g', {class: 'node ' + stage.state}, svg('title', {}, `${stage.stage} (${stage.kind}): ${text} ${why}`),
        svg('rect', {x, y, width: boxWidth, height: boxHeight, rx: 8}), svg('circle', {cx: x + 16, cy: y + 18, r: 4.5}),
        svg('text', {class: 'name', x: x + 27, y: y + 22.5}, short(stage.stage, 18)),
        svg('text', {class: 'kind', x: x + boxWidth - 10, y: y + 22.5, 'text-anchor': 'end'}, short(stage.kind, 12)),
        svg('text', {class: 'time', x: x + 12, y: y + (why ? 39 : 44)}, text), svg('text', {class: 'why', x: x + 12, y: y + 54}, short(why, 31))));
  });
  const drawing = svg('svg', {class: 'graph', viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': t('graph')}, lines, boxes);
  drawing.style.width = width + 'px';
  return el('.scroll', {}, drawing);
}

function timeline(run) {
  const rows = run.stages.filter(s => s.state !== 'excluded'), start = run.started, now = Date.now() / 1000;
  const ran = s => s.started !== undefined && s.state !== 'cached' && s.state !== 'referenced';
  const end = Math.max(0.001, ...rows.filter(ran).map(s => Math.max(s.finished ?? now, s.forecast?.seconds ? s.started + s.forecast.seconds : 0) - start));
  const width = 860, left = 150, right = 210, x = seconds => left + Math.max(0, Math.min(1, seconds / end)) * (width - left - right);
  const parts = [];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) parts.push(svg('path', {class: 'grid', d: `M${x(share * end)} 0V${rows.length * 26 + 4}`}),
    svg('text', {class: 'tick', x: x(share * end), y: rows.length * 26 + 19, 'text-anchor': 'middle'}, duration(share * end)));
  rows.forEach((stage, index) => {
    const y = index * 26 + 5;
    parts.push(svg('text', {class: 'name', x: left - 10, y: y + 13, 'text-anchor': 'end'}, short(stage.stage, 18)));
    let note = t('state.' + stage.state), to = x(0);
    if (ran(stage)) {
      const finished = stage.finished ?? now, from = x(stage.started - start);
      to = Math.max(from + 2, x(finished - start));
      parts.push(svg('rect', {class: 'span ' + stage.state, x: from, y, width: to - from, height: 16, rx: 3}));
      if (stage.forecast?.seconds) {
        const expected = Math.max(from + 1, x(stage.started - start + stage.forecast.seconds));
        parts.push(svg('path', {class: 'expected', d: `M${from} ${y + 19}H${expected}V${y + 15}`}));
        to = Math.max(to, expected);
      }
      note = [duration(finished - stage.started), stage.cpu_seconds && stage.action_seconds > 0.5 ? t('cores', (stage.cpu_seconds / stage.action_seconds).toFixed(1)) : null,
        stage.peak_memory ? bytes(stage.peak_memory) : null].filter(Boolean).join(' · ');
    } else if (stage.state === 'cached' && stage.action_seconds !== undefined) note = t('cached-saved', duration(stage.action_seconds));
    parts.push(svg('text', {class: 'note', x: to + 8, y: y + 13}, note));
  });
  return el('.scroll', {}, svg('svg', {class: 'timeline', viewBox: `0 0 ${width} ${rows.length * 26 + 26}`, role: 'img', 'aria-label': t('timeline')}, parts));
}

// MARK: curves

async function curves(run, body, current, isHere) {
  let timer = null, known = '';
  async function load() {
    // The first failure is shown; a later one, of a page that shows curves already, is tried again.
    const answer = await api('curve', {run: run.run}).catch(error => { if (!known) throw error; });
    if (!isHere()) return;
    if (!answer) { timer = setTimeout(load, 3000); return; }
    const mark = answer.curves.map(c => c.name + c.count).join();
    if (mark !== known) {
      known = mark;
      draw(answer.curves);
    }
    if (current().live) timer = setTimeout(load, 2000);
  }
  let shown = [];
  function draw(found = shown) {
    shown = found;
    clearCharts();
    if (!found.length) {
      body.replaceChildren(el('p.soft', {}, t(current().live ? 'no-points-yet' : 'no-curves')));
      return;
    }
    const stages = [...new Set(found.map(c => c.stage))];
    const figures = stages.flatMap(stage => {
      const own = found.filter(c => c.stage === stage && c.name !== 'tokens'), tokens = found.find(c => c.stage === stage && c.name === 'tokens')?.points;
      return [...new Set(own.map(c => c.group))].sort((a, b) => isLoss(b) - isLoss(a)).map(group => chart((stages.length > 1 ? stage + ' · ' : '') + seriesName(group),
        own.filter(c => c.group === group).map((curve, index) => ({label: seriesName(curve.name), color: index, curve, tokens})),
        {isSmooth: group === 'learning_rate' || group === 'memory', group, axis: settings.axis, unit: group === 'memory' ? 'bytes' : ''}));
    });
    body.replaceChildren(el('.bar', {}, smoothingField(() => { keep(); draw(); }), axisField(found, () => { keep(); draw(); })), el('.charts', {}, figures), el('p.soft', {}, t('curves-note-live')));
    drawAll(body);
  }
  await load();
  return () => clearTimeout(timer);
}

// MARK: adapter

/** The update by layer and module: a cell's shade is its size, its number the directions that hold 95 % of it. */
async function adapter(run, body, current, isHere) {
  const {adapters} = await api('adapter', {run: run.run});
  if (!isHere()) return;
  body.replaceChildren(...(adapters.length ? adapters.map(found => {
    if (found.problem) return section(found.stage, el('p', {}, found.problem), el('p.soft', {}, found.remedy || ''));
    const kept = found.kept.map(k => t('rank-keeps', k.rank, Math.round(k.share * 100))).join(t('list-separator'));
    const names = [...new Set(found.modules.map(m => m.name))], layers = [...new Set(found.modules.map(m => m.layer))].sort((a, b) => a - b);
    const largest = Math.max(...found.modules.map(m => m.norm), 1e-30), rank = Math.max(...found.modules.map(m => m.rank));
    const at = new Map(found.modules.map(m => [m.layer + ' ' + m.name, m]));
    const mean = found.modules.reduce((sum, m) => sum + m.effective_rank, 0) / found.modules.length;
    return section(found.stage, el('p', {}, t('adapter-note', rank, mean.toFixed(1), figure(largest))), kept ? el('p', {}, t('adapter-energy', kept)) : null, el('.scroll', {tabindex: '0', role: 'region', 'aria-label': t('adapter')}, el('table.heat', {},
      el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, t('layer')), names.map(name => el('th', {scope: 'col', title: name}, name.split('.').at(-1))))),
      el('tbody', {}, layers.map(layer => el('tr', {}, el('th', {scope: 'row'}, String(layer)), names.map(name => {
        const module = at.get(layer + ' ' + name);
        if (!module) return el('td', {}, '');
        const shade = el('i'), cell = el('td', {title: `${name} ${layer}: ${t('update-of', figure(module.norm), module.effective_rank)}`}, shade, el('span', {}, String(module.effective_rank)));
        shade.style.opacity = (module.norm / largest * 0.55).toFixed(3);
        return cell;
      })))))));
  }) : [el('p.soft', {}, t('no-adapter'))]));
}

// MARK: log

async function log(run, body, current, isHere) {
  const wanted = new URLSearchParams(location.hash.split('?')[1] || '').get('stage');
  const ran = run.stages.filter(s => !['pending', 'excluded', 'skipped', 'referenced'].includes(s.state));
  const choice = el('select', {id: 'stage'}, ran.map(s => el('option', {value: s.stage}, s.stage)));
  choice.value = ran.some(s => s.stage === wanted) ? wanted : (ran.find(s => s.state === 'running') || ran.find(s => s.state === 'failed') || ran.at(-1))?.stage;
  const search = el('input', {type: 'search', placeholder: t('find'), 'aria-label': t('find')});
  const text = el('pre.log', {tabindex: '0', 'aria-label': t('log')}), note = el('p.soft');
  let whole = '', next = 0, timer = null;
  function draw() {
    const words = search.value.toLowerCase(), lines = whole.split('\n').filter(line => !words || line.toLowerCase().includes(words));
    const atEnd = text.scrollTop + text.clientHeight >= text.scrollHeight - 20;
    text.textContent = lines.slice(-5000).join('\n').trim() || t('log-empty');
    if (atEnd) text.scrollTop = text.scrollHeight;
  }
  async function more() {
    clearTimeout(timer);
    if (!choice.value) { text.textContent = t('log-empty'); return; }
    const answer = await api('log', {run: run.run, stage: choice.value, since: next}).catch(() => null);
    if (!isHere()) return;
    if (!answer) { timer = setTimeout(more, 3000); return; }
    whole = (whole + answer.text).slice(-2e6);
    next = answer.next;
    note.textContent = answer.run === run.run ? '' : t('log-of', answer.run);
    draw();
    if (current().live) timer = setTimeout(more, 1000);
  }
  choice.addEventListener('change', () => { whole = ''; next = 0; more(); });
  search.addEventListener('input', draw);
  body.replaceChildren(el('.bar', {}, el('label.inline', {for: 'stage'}, t('stage')), choice, search), note, text);
  await more();
  return () => clearTimeout(timer);
}

// MARK: settings and lineage

function settingsView(run, body) {
  body.replaceChildren(...[
    section(t('settings'), grid([{text: t('parameter')}, {text: t('value')}, {text: t('default')}, {text: t('meaning')}],
      run.settings.map(s => [el('code', {}, `${s.stage}.${s.name}`), parameter(s.value), s.default === null ? '–' : parameter(s.default), s.help]))),
    section(t('all-metrics'), run.stages.filter(s => Object.keys(s.metrics).length).map(stage => el('details', {}, el('summary', {}, stage.stage, ' ', el('span.soft', {}, stage.kind)),
      grid([{text: t('metric')}, {text: t('value'), number: true}, {text: t('meaning')}], Object.entries(stage.metrics).map(([name, value]) =>
        [el('code', {}, name), metric(value, stage.metric_specs[name]?.unit), stage.metric_specs[name]?.help || '']))))),
    run.recipe_text ? section(t('resolved-recipe'), el('pre', {}, run.recipe_text)) : null,
  ].filter(Boolean));
}

function chatButton(run) {
  const said = el('span', {role: 'status'});
  const button = el('button', {type: 'button', onclick: async () => {
    button.disabled = true;
    said.textContent = t('reading-model');
    try {
      const {address} = await post('chat', {run: run.run});
      said.replaceChildren(el('a.button', {href: address, target: '_blank', rel: 'noopener'}, t('open-chat')));
    } catch (error) { said.textContent = error.message; }
    button.disabled = false;
  }}, t('start-chat'));
  return el('.bar', {}, button, said);
}

function lineage(run, body) {
  const place = node => node.run ? el('a', {href: '#/run/' + node.run}, node.run) : t('file');
  const names = Object.fromEntries(run.lineage.map(n => [n.artifact, n.stage || n.file || t('file')]));
  // From a model back to its rows: the stage that chose them leads to the page that shows them.
  const stage = node => node.stage && node.stage === run.data?.stage ? el('a', {href: `#/run/${encodeURIComponent(run.run)}/data`}, node.stage) : node.stage || node.file || t('file');
  body.replaceChildren(...[
    run.product ? section(t('made-from', run.product), grid([{text: t('stage')}, {text: t('kind')}, {text: t('made-of')}, {text: t('digest')}, {text: t('run')}],
      run.lineage.map(node => [stage(node), node.kind || '', node.inputs.map(i => `${i.role}: ${names[i.artifact] || i.artifact.slice(0, 8)}`).join(', '),
        el('code', {title: node.artifact}, node.artifact.slice(0, 12)), place(node)]))) : null,
    section(t('environment'), grid([{text: t('environment')}, {text: t('value')}], [...Object.entries(run.environment), ['seed', run.seed]].map(([name, value]) => [named('environment.', name), figure(value)]))),
    run.product ? section(t('talk-to-it'), el('p', {}, t('chat-note')), chatButton(run), el('pre', {}, `lorapipe serve ${run.run}`)) : null,
    section(t('reproduce'), el('p', {}, t('typed')), el('pre', {}, run.command.join(' ')), el('p', {}, t('again')), el('pre', {}, 'lorapipe resume ' + run.run),
      el('p', {}, t('as-report')), el('pre', {}, `lorapipe report ${run.run} -o report.html`)),
  ].filter(Boolean));
}
