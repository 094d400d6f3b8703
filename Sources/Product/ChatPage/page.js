'use strict';
const $ = id => document.getElementById(id);
const el = (tag, props = {}, ...children) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) k in e ? e[k] = v : e.setAttribute(k, v);
  e.append(...children);
  return e;
};
const icon = name => {
  const s = document.createElementNS('http://www.w3.org/2000/svg', 'svg'),
    u = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  s.setAttribute('aria-hidden', 'true');
  u.setAttribute('href', '#i-' + name);
  s.append(u);
  return s;
};
const iconButton = (name, label, act, more = '') => el('button', {
  type: 'button',
  className: 'icon ' + more,
  title: label,
  'aria-label': label,
  onclick: act
}, icon(name));
const store = {
  get(key, fallback) {
    try {
      const v = localStorage.getItem('lorapipe.' + key);
      return v === null ? fallback : JSON.parse(v);
    } catch {
      return fallback;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem('lorapipe.' + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
};
let service = {
  title: 'Chat',
  description: '',
  examples: [],
  system: null,
  generation: {
    temperature: .7,
    top_p: .9,
    top_k: 0,
    min_p: 0,
    repetition_penalty: 1,
    max_tokens: 512
  },
  models: []
};
let settings = Object.assign({
  language: (navigator.language || 'en').startsWith('zh') ? 'zh' : 'en',
  theme: 'auto',
  model: '',
  second: '',
  system: '',
  seed: '',
  key: '',
  side: true
}, store.get('settings', {}));
/* Conversations: {id, title, turns: [{user, replies: {model: {text, error, cut, tokens, rate}}}]} */
let chats = store.get('chats', []).filter(c => c && Array.isArray(c.turns));
for (const chat of chats)
  for (const turn of chat.turns)
    for (const reply of Object.values(turn.replies)) delete reply.live;
let current = null,
  running = [],
  follow = true;
const gone = new Set(),
  shown = new WeakMap();
const t = key => (words[settings.language] || words.en)[key] || words.en[key] || key;
const many = () => service.models.length > 1;
const models = () => settings.second && settings.second !== settings.model ? [settings.model, settings
  .second] : [settings.model];

/* What another tab has written is kept; what does not fit goes, oldest first. */
function save() {
  chats = chats.filter(c => c.turns.length);
  const known = new Set(chats.map(c => c.id));
  chats.push(...store.get('chats', []).filter(c => c && Array.isArray(c.turns) && !known.has(c.id) && !gone
    .has(c.id)));
  let kept = chats.slice(0, 200);
  while (!store.set('chats', kept) && kept.length > 1) {
    kept = kept.slice(0, -1);
    say(t('full'));
  }
  renderHistory();
}

function begin(chat) {
  stopAll();
  current = chat || {
    id: Date.now().toString(36) + Math.random().toString(36).slice(2, 6),
    title: '',
    turns: []
  };
  follow = true;
  render();
  renderHistory();
}

function say(text, undo, bad = false) {
  $('status').replaceChildren(text);
  $('status').classList.toggle('bad', bad);
  if (undo) $('status').append(el('button', {
    type: 'button',
    textContent: t('undo'),
    onclick: () => {
      undo();
      say('');
    }
  }));
}
/* A copy of a conversation before something is taken from it, and the way back to it. */
function remembered(chat) {
  const copy = JSON.stringify(chat),
    at = chats.indexOf(chat);
  return () => {
    stopAll();
    const old = JSON.parse(copy);
    for (const turn of old.turns)
      for (const r of Object.values(turn.replies)) delete r.live;
    gone.delete(old.id);
    chats = chats.filter(c => c.id !== old.id);
    chats.splice(Math.max(at, 0), 0, old);
    begin(old);
    save();
  };
}

