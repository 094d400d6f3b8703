'use strict';
const ranges = ['temperature', 'top_p', 'min_p', 'repetition_penalty'],
  sampling = [...ranges, 'top_k', 'max_tokens'];

function apply() {
  document.documentElement.lang = settings.language;
  document.documentElement.dataset.theme = settings.theme;
  for (const e of document.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll('[data-t-placeholder]')) e.placeholder = t(e.id === 'input' &&
    innerWidth <= 820 ? 'message' : e.dataset.tPlaceholder);
  for (const e of document.querySelectorAll('[data-t-label]')) {
    e.setAttribute('aria-label', t(e.dataset.tLabel));
    if (e.tagName === 'BUTTON') e.title = t(e.dataset.tLabel);
  }
  if (service.system) $('system').placeholder = service.system;
  const names = service.models.map(m => m.id);
  if (names.length && !names.includes(settings.model)) {
    settings.model = service.default || names[0];
    // Base and one adapter: what was learned shows best beside what was there before.
    if (names.length === 2) settings.second = names.find(n => n !== settings.model);
  }
  if (names.length && !names.includes(settings.second)) settings.second = '';
  $('pickers').hidden = !many();
  $('model').replaceChildren(...names.map(n => el('option', {
    value: n,
    textContent: n
  })));
  $('second').replaceChildren(el('option', {
    value: '',
    textContent: t('none')
  }), ...names.map(n => el('option', {
    value: n,
    textContent: n
  })));
  for (const id of ['model', 'second', 'system', 'seed', 'key', 'language', 'theme']) $(id).value = settings[
    id];
  for (const id of sampling) $(id).value = settings[id] ?? service.generation[id];
  $('max_tokens').max = service.context_length || '';
  const title = service.title || 'Chat';
  $('title').textContent = document.title = title;
  $('description').textContent = service.description || '';
  $('greeting').textContent = title === 'Chat' ? t('greeting') : title;
  document.querySelector('.mark').textContent = [...title][0].toUpperCase();
  $('examples').replaceChildren(...service.examples.map(x => el('li', {}, el('button', {
    type: 'button',
    textContent: x,
    onclick: () => submit(x)
  }))));
  numbers();
}

function numbers() {
  for (const id of ranges) $(id + '-value').textContent = (+$(id).value).toFixed(2);
}
for (const id of ['model', 'second', 'system', 'seed', 'key', 'language', 'theme', ...sampling]) $(id)
  .addEventListener(id === 'system' || ranges.includes(id) ? 'input' : 'change', () => {
    const value = $(id).value;
    if (!sampling.includes(id)) settings[id] = value;
    else if (value === '' || !Number.isFinite(+value)) {
      delete settings[id];
      $(id).value = service.generation[id];
    } else settings[id] = ranges.includes(id) ? +value : Math.max(id === 'top_k' ? 0 : 1, Math.floor(+
      value));
    store.set('settings', settings);
    if (id === 'key') connect();
    else if (id === 'language' || id === 'theme') {
      apply();
      render();
      renderHistory();
    } else if (id === 'model' || id === 'second') render();
    else numbers();
  });
$('reset').onclick = () => {
  for (const id of sampling) delete settings[id];
  settings.seed = '';
  settings.system = '';
  store.set('settings', settings);
  apply();
};
$('export').onclick = () => {
  const text = current.turns.map(turn => '## ' + t('you') + '\n\n' + turn.user + '\n\n' + Object.entries(
    turn.replies).map(([m, r]) => '## ' + m + '\n\n' + (r.text || r.error || '')).join('\n\n')).join(
    '\n\n');
  const link = el('a', {
    href: URL.createObjectURL(new Blob(['# ' + (current.title || t('untitled')) + '\n\n' + text +
    '\n'], {
      type: 'text/markdown'
    })),
    download: 'conversation.md'
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
};

/* Panels: beside the conversation where there is room, above it where there is not. Escape closes, focus goes back. */
const panels = {
  side: ['menu', 820],
  settings: ['open-settings', 1080]
};
const over = panel => innerWidth <= panels[panel][1];

function toggle(panel, open) {
  const [opener] = panels[panel];
  if (open && over(panel))
    for (const other in panels)
      if (other !== panel && over(other)) toggle(other, false);
  const had = $(panel).contains(document.activeElement);
  $(panel).hidden = !open;
  $(opener).setAttribute('aria-expanded', String(open));
  $('shade').hidden = !Object.keys(panels).some(p => !$(p).hidden && over(p));
  if (open && over(panel)) $(panel).querySelector('button').focus();
  if (!open && had) $(opener).focus();
}

function closeNarrow() {
  for (const panel in panels)
    if (over(panel) && !$(panel).hidden) toggle(panel, false);
}
$('open-settings').onclick = () => toggle('settings', $('settings').hidden);
$('menu').onclick = () => {
  toggle('side', $('side').hidden);
  if (!over('side')) {
    settings.side = !$('side').hidden;
    store.set('settings', settings);
  }
};
$('close-side').onclick = () => toggle('side', false);
$('close-settings').onclick = () => toggle('settings', false);
$('shade').onclick = closeNarrow;
$('fresh').onclick = $('fresh-top').onclick = () => {
  begin();
  say('');
  closeNarrow();
  $('input').focus();
};
$('stop').onclick = () => {
  stopAll();
  $('input').focus();
};
document.addEventListener('keydown', e => {
  if (e.key === 'Escape' && running.length) stopAll();
  else if (e.key === 'Escape') {
    closeNarrow();
    if (!over('settings') && $('settings').contains(document.activeElement)) toggle('settings', false);
  }
  if (e.key === 'Tab')
    for (const panel in panels)
      if (over(panel) && !$(panel).hidden) {
        const stops = [...$(panel).querySelectorAll('button,select,input,textarea,summary')].filter(x => x
          .offsetParent);
        const first = stops[0],
          last = stops[stops.length - 1];
        if (e.shiftKey && document.activeElement === first) {
          e.preventDefault();
          last.focus();
        } else if (!e.shiftKey && document.activeElement === last) {
          e.preventDefault();
          first.focus();
        }
      }
});
let wasWide = innerWidth > 820;
addEventListener('resize', () => {
  const wide = innerWidth > 820;
  if (wide !== wasWide) {
    wasWide = wide;
    toggle('side', wide && settings.side);
  }
  $('shade').hidden = !Object.keys(panels).some(p => !$(p).hidden && over(p));
  $('input').placeholder = t(wide ? 'placeholder' : 'message');
});
addEventListener('pagehide', () => {
  if (running.length) save();
});

$('composer').onsubmit = e => {
  e.preventDefault();
  const text = $('input').value;
  if (running.length || !text.trim() || !settings.model) return;
  $('input').value = '';
  size();
  submit(text);
};

function size() {
  const i = $('input');
  i.style.height = 'auto';
  i.style.height = i.scrollHeight + 'px';
  busy();
}
$('input').addEventListener('input', size);
$('input').addEventListener('keydown', e => {
  if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode !== 229) {
    e.preventDefault();
    $('composer').requestSubmit();
  }
});
async function connect() {
  try {
    const answer = await fetch('v1/service', {
      headers: headers()
    });
    if (answer.status === 401) {
      say(t('keyNeeded'), null, true);
      toggle('settings', true);
      $('key').focus();
      return;
    }
    if (!answer.ok) throw new TypeError();
    service = await answer.json();
    say('');
  } catch {
    say(t('unreachable'), null, true);
  }
  apply();
  render();
}
begin();
apply();
toggle('side', innerWidth > 820 && settings.side);
connect();
if (innerWidth > 820) $('input').focus();
