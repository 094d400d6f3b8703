'use strict';
const headers = () => Object.assign({
  'Content-Type': 'application/json'
}, settings.key ? {
  Authorization: 'Bearer ' + settings.key
} : {});

function stopAll() {
  for (const r of running) r.abort();
  running = [];
  busy();
}

function busy() {
  const on = running.length > 0;
  $('send').hidden = on;
  $('stop').hidden = !on;
  $('send').disabled = !$('input').value.trim();
}

function submit(text) {
  text = text.trim();
  if (!text || !settings.model) return;
  current.turns.push({
    user: text,
    replies: {}
  });
  ask(current.turns.length - 1, models());
}
async function ask(index, which) {
  const chat = current,
    turn = chat.turns[index];
  if (!turn) return;
  stopAll();
  follow = true;
  say(t('writing'));
  if (chat.turns.length > index + 1) {
    const back = remembered(chat);
    chat.turns.length = index + 1;
    say(t('changed'), back);
  }
  if (!chat.title) chat.title = turn.user.slice(0, 60);
  chats = [chat, ...chats.filter(c => c !== chat)];
  for (const m of which) turn.replies[m] = {
    text: '',
    live: true
  };
  render();
  save();
  await Promise.all(which.map(m => stream(chat, index, m)));
  save();
}

function request(chat, index, model) {
  const messages = [];
  if (settings.system.trim()) messages.push({
    role: 'system',
    content: settings.system.trim()
  });
  chat.turns.slice(0, index + 1).forEach((past, at) => {
    messages.push({
      role: 'user',
      content: past.user
    });
    const answer = past.replies[model] || Object.values(past.replies)[0];
    if (at < index) messages.push({
      role: 'assistant',
      content: answer ? answer.text : ''
    });
  });
  const body = {
    model,
    messages,
    stream: true,
    stream_options: {
      include_usage: true
    }
  };
  for (const id of sampling)
    if (Number.isFinite(settings[id])) body[id] = settings[id];
  if (settings.seed !== '' && Number.isSafeInteger(+settings.seed)) body.seed = +settings.seed;
  return JSON.stringify(body);
}
async function stream(chat, index, model) {
  const reply = chat.turns[index].replies[model],
    abort = new AbortController();
  running.push(abort);
  busy();
  let drawn = 0,
    first = 0;
  try {
    const answer = await fetch('v1/chat/completions', {
      method: 'POST',
      headers: headers(),
      body: request(chat, index, model),
      signal: abort.signal
    });
    if (!answer.ok) {
      let why = '';
      try {
        why = (await answer.json()).error.message;
      } catch {}
      throw new Error(answer.status === 401 ? t('keyNeeded') : why || t('failed') + ' (' + answer.status +
        ')');
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = '',
      ended = false;
    for (;;) {
      const {
        value,
        done
      } = await reader.read();
      if (done) break;
      buffer += value;
      let end;
      while ((end = buffer.indexOf('\n\n')) >= 0) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (line === 'data: [DONE]') {
          ended = true;
          continue;
        }
        if (!line.startsWith('data: ')) continue;
        const event = JSON.parse(line.slice(6));
        if (event.error) throw new Error(event.error.message);
        const choice = event.choices[0];
        if (choice) {
          reply.text += choice.delta.content || '';
          first = first || (choice.delta.content ? performance.now() : 0);
          if (choice.finish_reason === 'length') reply.cut = true;
        }
        if (event.usage) {
          reply.tokens = event.usage.completion_tokens;
          const s = (performance.now() - first) / 1000;
          if (first && s > 0.05 && reply.tokens > 4) reply.rate = Math.round((reply.tokens - 1) / s);
        }
      }
      const now = performance.now();
      if (now - drawn > 40) {
        drawn = now;
        if (chat === current) grow(reply);
      }
    }
    if (!ended) throw new TypeError('cut');
    $('announce').textContent = model + ': ' + reply.text.slice(0, 2000);
  } catch (error) {
    if (abort.signal.aborted) {
      if (!$('status').querySelector('button')) say(t('stopped'));
    } else {
      reply.error = error instanceof TypeError ? t('unreachable') : error.message;
      say(t('failed'), null, true);
    }
  }
  delete reply.live;
  running = running.filter(r => r !== abort);
  busy();
  if (!running.length && $('status').textContent === t('writing')) say('');
  settle(chat, index, model);
}
