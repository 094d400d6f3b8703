// Curves, drawn by dygraphs. The server has thinned them: at most 1,000 points a line.
import {el, t, figure, palette, named, settings, metric, bytes, duration} from './elements.js';

/* global Dygraph */
const charts = new Set();
// Its legend writes HTML; ours is made of elements.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter(plugin => plugin !== Dygraph.Plugins.Legend);

/** A number on an axis, without a useless tail. */
function tick(value) {
  const size = Math.abs(value);
  if (size >= 1e4) return Math.round(value).toLocaleString('en-US');
  return size > 0 && size < 0.002 ? (+value.toPrecision(3)).toExponential() : String(+value.toPrecision(6));
}

const span = ([low, high]) => high - low;

/** Forgets the charts of a page that is left. */
export function clearCharts() {
  for (const chart of charts) chart.destroy();
  charts.clear();
}

/** TensorBoard's smoothing: an exponential mean whose start is not pulled toward zero. */
function smoothed(points, weight) {
  let sum = 0, norm = 0;
  return points.filter(p => p[1] !== null).map(([x, y]) => {
    sum = weight * sum + (1 - weight) * y;
    norm = weight * norm + (1 - weight);
    return [x, sum / norm];
  });
}

function faded(text, strength) {
  const [r, g, b] = [1, 3, 5].map(i => parseInt(text.slice(i, i + 2), 16));
  return `rgba(${r},${g},${b},${strength})`;
}

/**
 * A chart with its legend.
 * lines: [{label, color, curve}], with a curve as the server gives it; isSmooth: no smoothing, as of a learning rate.
 */
export function chart(title, lines, {isSmooth = false, group = '', logarithmic = false, axis = 'step', unit = ''} = {}) {
  const box = el('.plot'), legend = el('ul.legend'), at = el('span.at');
  const drawn = [], hues = palette(), color = place => hues[place % 8];
  // The noise of many runs would lie over their means.
  const noise = lines.length > 4 ? 0.12 : 0.32;
  const text = value => unit ? metric(value, unit) : figure(value);
  for (const line of lines) {
    const across = axisOf(line, axis), moved = list => list.map(p => [across(p), p[1]]).filter(p => p[0] !== null);
    const points = moved(line.curve.points), means = moved(line.curve.means || line.curve.points);
    // What is measured on rows kept aside has few points and no noise of batches.
    const soft = !isSmooth && settings.smoothing > 0 && !line.curve.best && points.length >= 20;
    if (soft) drawn.push({line, points, color: faded(color(line.color), noise), width: 1, isRaw: true});
    drawn.push({line, points: soft ? smoothed(means, settings.smoothing) : points, color: color(line.color), width: 2});
  }
  const rows = new Map();
  drawn.forEach((series, index) => {
    for (const [x, y] of series.points) {
      let row = rows.get(x);
      if (!row) rows.set(x, row = new Array(drawn.length).fill(null));
      row[index] = y === null ? NaN : y;
    }
  });
  const data = [...rows.keys()].sort((a, b) => a - b).map(x => [x, ...rows.get(x)]);
  const items = lines.map((line, index) => {
    const value = el('b', {}, line.curve.last ? text(line.curve.last[1]) : '');
    const swatch = el(line.color >= 8 ? 'span.swatch.dashed' : 'span.swatch');
    swatch.style.background = color(line.color);
    const button = el('button', {type: 'button', 'aria-pressed': 'true', title: t('show-hide'), onclick: () => {
      const isOn = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', isOn);
      drawn.forEach((series, place) => { if (series.line === line) graph?.setVisibility(place, isOn); });
    }}, swatch, line.label, ' ', value);
    const best = line.curve.best ? el('small', {}, ` ${t('best')} ${figure(line.curve.best[1])} · ${t('at-step', line.curve.best[0])}`) : null;
    return {value, item: el('li', {}, button, best)};
  });
  legend.append(...items.map(i => i.item));
  const figureElement = el('figure.chart', {}, el('figcaption', {}, title, ' ', at), box, legend);
  let graph = null;
  function draw() {
    if (!box.isConnected || graph || !data.length) return;
    const style = getComputedStyle(document.documentElement);
    graph = new Dygraph(box, data, {
      labels: ['x', ...drawn.map((_, index) => String(index))], colors: drawn.map(s => s.color), legend: 'never',
      series: Object.fromEntries(drawn.map((s, index) => [String(index), {strokeWidth: s.width, strokePattern: s.line.color >= 8 && !s.isRaw ? [7, 4] : null, drawPoints: s.points.length < 30, pointSize: 2.5}])),
      connectSeparatedPoints: true, axisLineColor: style.getPropertyValue('--line').trim(), gridLineColor: style.getPropertyValue('--line').trim(),
      logscale: logarithmic, valueRange: unit === 'share' ? [0, 1.05] : null, highlightCircleSize: 3, strokeWidth: 2, rightGap: 12, axisLabelWidth: 62,
      axes: {x: {axisLabelFormatter: value => Number.isInteger(value) ? value.toLocaleString('en-US') : ''}, y: {axisLabelFormatter: (value, granularity, options, g) => unit === 'bytes' ? bytes(value, span(g.yAxisRange())) : unit ? text(value) : tick(value)}},
      highlightCallback: (event, x, points) => {
        at.textContent = axis === 'step' ? t('at-step', x) : t('at-x', axis === 'seconds' ? duration(x) : figure(Math.round(x)));
        for (const point of points) {
          const series = drawn[+point.name];
          if (series.isRaw) continue;
          items[lines.indexOf(series.line)].value.textContent = text(point.yval);
        }
      },
      unhighlightCallback: () => {
        at.textContent = '';
        lines.forEach((line, index) => { items[index].value.textContent = line.curve.last ? text(line.curve.last[1]) : ''; });
      },
      underlayCallback: (canvas, area, g) => {
        for (const line of lines) {
          if (!line.curve.best) continue;
          const [px, py] = g.toDomCoords(axisOf(line, axis)(line.curve.best), line.curve.best[1]);
          canvas.beginPath();
          canvas.arc(px, py, 5, 0, 2 * Math.PI);
          canvas.lineWidth = 2;
          canvas.strokeStyle = color(line.color);
          canvas.stroke();
        }
      },
    });
    // A field for a moving average, which is never shown.
    box.querySelector('.dygraph-roller')?.remove();
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', `${title}: ` + lines.map(line =>
      t('curve-from-to', line.label, figure(line.curve.points.find(p => p[1] !== null)?.[1]), figure(line.curve.last?.[1]))).join('; '));
    charts.add(graph);
  }
  figureElement.draw = draw;
  figureElement.dataset.group = group;
  return figureElement;
}

/** What a point stands at: its step, the seconds since the first point, or the tokens seen until its step. */
function axisOf(line, axis) {
  if (axis === 'seconds') return p => p[2] ?? null;
  if (axis !== 'tokens') return p => p[0];
  const seen = line.tokens || [];
  return ([step]) => {
    const next = seen.findIndex(p => p[0] >= step);
    if (next < 0 || !seen.length) return null;
    if (next === 0 || seen[next][0] === step) return seen[next][1];
    const [a, b] = [seen[next - 1], seen[next]];
    return a[1] + (b[1] - a[1]) * (step - a[0]) / (b[0] - a[0]);
  };
}

/** What the charts of a page go over; only what every curve knows is offered. */
export function axisField(curves, redraw) {
  const offered = ['step', ...(curves.some(c => c.name === 'tokens') ? ['tokens'] : []), ...(curves.some(c => c.points.some(p => p.length > 2)) ? ['seconds'] : [])];
  if (!offered.includes(settings.axis)) settings.axis = 'step';
  if (offered.length < 2) return null;
  const field = el('select', {id: 'axis'}, offered.map(name => el('option', {value: name}, t('axis.' + name))));
  field.value = settings.axis;
  field.addEventListener('change', () => { settings.axis = field.value; redraw(); });
  return el('label.inline', {for: 'axis'}, t('axis'), field);
}

export const isLoss = name => name.split('.').includes('loss');
export const seriesName = name => named('series.', name);

/** Draws all charts below an element, once it is on the page. */
export function drawAll(root) { for (const figure of root.querySelectorAll('figure.chart')) figure.draw?.(); }

/** How much curves are smoothed, for all charts. */
export function smoothingField(redraw) {
  const output = el('output', {}, settings.smoothing.toFixed(2));
  return el('label.inline', {}, t('smoothing'), el('input', {type: 'range', min: 0, max: 0.99, step: 0.01, value: settings.smoothing,
    oninput: event => { settings.smoothing = +event.target.value; output.textContent = settings.smoothing.toFixed(2); },
    onchange: redraw}), output);
}
