// Elements, words, numbers and requests: what every page uses.

export const settings = JSON.parse(localStorage.getItem('lorapipe.ui') || '{}');
export function keep() { localStorage.setItem('lorapipe.ui', JSON.stringify(settings)); }
settings.language ??= navigator.language.startsWith('zh') ? 'zh' : 'en';
settings.theme ??= 'auto';
settings.smoothing ??= 0.8;

let table = {};
export async function loadWords() { table = await (await fetch('page/words.json')).json(); }

/** The text of a key in the language chosen, with values at {0}, {1} …; a key without a text stands for itself. */
export function t(key, ...values) {
  const text = (table[key] || [key, key])[settings.language === 'zh' ? 1 : 0];
  // In one pass and by a function, so that a value that holds '{1}' or '$&' stays what it is.
  return text.replace(/\{(\d)\}/g, (place, index) => index in values ? closed(String(values[index])) : place);
}
export const known = key => key in table;
/** The text of a name out of the records where there is one, else the name itself. */
export const named = (family, name) => known(family + name) ? t(family + name) : name;

/**
 * An element. Texts among the children become text nodes, so that nothing a user or a model wrote is ever read as HTML.
 */
export function el(name, attributes = {}, ...children) {
  const parts = name.split('.');
  const e = document.createElement(parts[0] || 'div');
  if (parts.length > 1) e.className = parts.slice(1).join(' ');
  return fill(e, attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(e, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else if (key === 'value') e.value = value;
    else if (value === true) e.setAttribute(key, '');
    else e.setAttribute(key, value);
  }
  for (const child of children.flat(3)) if (child !== null && child !== undefined && child !== false) e.append(typeof child === 'string' ? closed(child) : child);
  return e;
}

/**
 * A text with every mark of direction ended that it leaves open: it would turn around what follows, such as the number beside
 * a file's name.
 */
export function closed(text) {
  if (!/[\u202A-\u202E\u2066-\u2069]/.test(text)) return text;
  const open = [];
  for (const mark of text) {
    if ('\u202A\u202B\u202D\u202E'.includes(mark)) open.push('\u202C');
    else if ('\u2066\u2067\u2068'.includes(mark)) open.push('\u2069');
    else if (mark === '\u202C' && open.at(-1) === mark) open.pop();
    else if (mark === '\u2069' && open.includes(mark)) open.length = open.lastIndexOf(mark);
  }
  return text + open.reverse().join('');
}

export function announce(text) { document.getElementById('announce').textContent = text; }

export function section(title, ...children) {
  const body = children.flat(2).filter(Boolean);
  return body.length ? el('section', {}, el('h2', {}, title), body) : null;
}

/** A table; the first cell of a row is its heading. Columns: {text, number, help}. */
export function grid(columns, rows, caption) {
  if (!rows.length) return null;
  return el('.scroll', {tabindex: '0', role: 'region', 'aria-label': caption || columns[0].text}, el('table', {},
    el('thead', {}, el('tr', {}, columns.map(c => el(c.number ? 'th.number' : 'th', {scope: 'col', title: c.help}, c.text)))),
    el('tbody', {}, rows.map(row => el('tr', {}, row.map((cell, index) =>
      index === 0 ? el('th', {scope: 'row'}, cell) : el(columns[index].number ? 'td.number' : 'td', {}, cell)))))));
}

// MARK: requests

let token = '';
export async function api(path, parameters = {}) {
  const query = new URLSearchParams({...parameters, lang: settings.language});
  return answer(await fetch(`api/${path}?${query}`, {headers: key()}));
}

export async function post(path, body) {
  if (!token) token = (await api('session')).token;
  return answer(await fetch(`api/${path}?lang=${settings.language}`, {
    method: 'POST', headers: {'Content-Type': 'application/json', 'X-Lorapipe-Token': token, ...key()}, body: JSON.stringify(body),
  }));
}

function key() { return settings.key ? {Authorization: `Bearer ${settings.key}`} : {}; }

async function answer(response) {
  const value = await response.json().catch(() => ({}));
  if (response.ok) return value;
  const error = new Error(value.error?.message || response.statusText);
  error.status = response.status;
  error.code = value.error?.code;
  throw error;
}

// MARK: numbers

/** The beginning of a text, so many columns wide; a Chinese character takes two. */
export function short(text, columns) {
  let width = 0, result = '';
  for (const character of text) {
    width += character.codePointAt(0) >= 0x1100 ? 2 : 1;
    if (width > columns) return result + '…';
    result += character;
  }
  return result;
}

export function figure(value) {
  if (typeof value !== 'number') return value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9 || size >= 1000 && size < 1e9) return Math.round(value).toLocaleString('en-US');
  if (size >= 0.001 && size < 1e6) return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4);
  return value.toExponential(2).replace('e+', 'e').replace(/\.?0+e/, 'e');
}

/** A parameter as a recipe has it: 1e-3, not 0.001. */
export function parameter(value) {
  if (typeof value !== 'number') return figure(value);
  if (value === 0 || Math.abs(value) >= 0.01) return String(value);
  return value.toExponential().replace('e+', 'e');
}

export function percent(value) { return `${(value * 100).toFixed(1)} %`; }

export function metric(value, unit) {
  if (typeof value !== 'number') return figure(value);
  return unit === 'share' ? percent(value) : unit === 'bytes' ? bytes(value) : unit === 'seconds' ? duration(value) : figure(value);
}

/** A size. span: what the values beside it differ by, so that they are told apart. */
export function bytes(count, span = Infinity) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (count >= (unit ? 999.5 : 1000) && unit < 4) { count /= 1000; span /= 1000; unit++; }
  const usual = count < 9.995 ? 2 : count < 99.95 ? 1 : 0, needed = span > 0 ? Math.ceil(1 - Math.log10(span)) : 0;
  return `${unit === 0 ? count : count.toFixed(Math.max(usual, Math.min(needed, 4)))} ${units[unit]}`;
}

export function duration(seconds) {
  if (!(seconds >= 0)) return '–';
  const unit = (number, name) => `${number} ${t('unit.' + name)}`;
  if (seconds === 0) return unit(0, 's');
  if (seconds < 0.0995) return unit((seconds * 1000).toFixed(seconds < 0.00995 ? 1 : 0), 'ms');
  if (seconds < 9.95) return unit(seconds.toFixed(1), 's');
  if (seconds < 59.5) return unit(Math.round(seconds), 's');
  if (seconds < 3599.5) {
    const whole = Math.round(seconds);
    return unit(Math.floor(whole / 60), 'min') + (whole % 60 ? ' ' + unit(whole % 60, 's') : '');
  }
  if (seconds < 86400) {
    const minutes = Math.round(seconds / 60);
    return unit(Math.floor(minutes / 60), 'h') + (minutes % 60 ? ' ' + unit(minutes % 60, 'min') : '');
  }
  return unit((seconds / 86400).toFixed(1), 'days');
}

export function clock(seconds) {
  const date = new Date(seconds * 1000);
  const two = number => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function state(name) { return el('span.state.' + name, {}, t('state.' + name)); }

/**
 * A place in the palette that a run keeps, whatever is shown beside it; those that collide move on. From the ninth run on
 * lines are dashed: places from 8 on.
 */
export function colors(ids) {
  const places = {};
  let taken = new Set(), round = 0;
  for (const id of [...ids].sort()) {
    let hash = 0;
    for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
    let place = hash % 8;
    while (taken.has(place)) place = (place + 1) % 8;
    places[id] = place + 8 * round;
    taken.add(place);
    if (taken.size === 8) { taken = new Set(); round++; }
  }
  return places;
}

/** The colors of the palette as the page's appearance has them; a chart asks for them once. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  return [0, 1, 2, 3, 4, 5, 6, 7].map(place => style.getPropertyValue(`--c${place}`).trim());
}
