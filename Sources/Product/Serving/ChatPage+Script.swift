extension ChatPage {
  /// The conversation: asking, streaming, stopping, trying again, editing, and what is kept in the browser.
  static let script = #"""
    'use strict';
    const $ = id => document.getElementById(id);
    const el = (tag, props = {}, ...children) => { const e = document.createElement(tag); for (const [k, v] of Object.entries(props)) k in e ? e[k] = v : e.setAttribute(k, v); e.append(...children); return e; };
    const icon = name => { const s = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), u = document.createElementNS('http://www.w3.org/2000/svg', 'use'); s.setAttribute('aria-hidden', 'true'); u.setAttribute('href', '#i-' + name); s.append(u); return s; };
    const iconButton = (name, label, act, more = '') => el('button', {type: 'button', className: 'icon ' + more, title: label, 'aria-label': label, onclick: act}, icon(name));
    const store = {
      get(key, fallback) { try { const v = localStorage.getItem('lorapipe.' + key); return v === null ? fallback : JSON.parse(v); } catch { return fallback; } },
      set(key, value) { try { localStorage.setItem('lorapipe.' + key, JSON.stringify(value)); return true; } catch { return false; } }
    };
    let service = {title: 'Chat', description: '', examples: [], system: null, generation: {temperature: .7, top_p: .9, top_k: 0, min_p: 0, repetition_penalty: 1, max_tokens: 512}, models: []};
    let settings = Object.assign({language: (navigator.language || 'en').startsWith('zh') ? 'zh' : 'en', theme: 'auto', model: '', second: '', system: '', seed: '', key: '', side: true}, store.get('settings', {}));
    /* Conversations: {id, title, turns: [{user, replies: {model: {text, error, cut, tokens, rate}}}]} */
    let chats = store.get('chats', []).filter(c => c && Array.isArray(c.turns));
    for (const chat of chats) for (const turn of chat.turns) for (const reply of Object.values(turn.replies)) delete reply.live;
    let current = null, running = [], follow = true;
    const gone = new Set(), shown = new WeakMap();
    const t = key => (words[settings.language] || words.en)[key] || words.en[key] || key;
    const many = () => service.models.length > 1;
    const models = () => settings.second && settings.second !== settings.model ? [settings.model, settings.second] : [settings.model];

    /* What another tab has written is kept; what does not fit goes, oldest first. */
    function save() {
      chats = chats.filter(c => c.turns.length);
      const known = new Set(chats.map(c => c.id));
      chats.push(...store.get('chats', []).filter(c => c && Array.isArray(c.turns) && !known.has(c.id) && !gone.has(c.id)));
      let kept = chats.slice(0, 200);
      while (!store.set('chats', kept) && kept.length > 1) { kept = kept.slice(0, -1); say(t('full')); }
      renderHistory();
    }
    function begin(chat) {
      stopAll();
      current = chat || {id: Date.now().toString(36) + Math.random().toString(36).slice(2, 6), title: '', turns: []};
      follow = true; render(); renderHistory();
    }
    function say(text, undo, bad = false) {
      $('status').replaceChildren(text); $('status').classList.toggle('bad', bad);
      if (undo) $('status').append(el('button', {type: 'button', textContent: t('undo'), onclick: () => { undo(); say(''); }}));
    }
    /* A copy of a conversation before something is taken from it, and the way back to it. */
    function remembered(chat) {
      const copy = JSON.stringify(chat), at = chats.indexOf(chat);
      return () => { stopAll(); const old = JSON.parse(copy); for (const turn of old.turns) for (const r of Object.values(turn.replies)) delete r.live; gone.delete(old.id); chats = chats.filter(c => c.id !== old.id); chats.splice(Math.max(at, 0), 0, old); begin(old); save(); };
    }

    function replyNode(turn, index, model) {
      const reply = turn.replies[model], text = el('div', {className: 'text'});
      const article = el('article', {className: 'reply', 'aria-label': model});
      if (many() || Object.keys(turn.replies).length > 1) article.append(el('div', {className: 'who', textContent: model}));
      article.append(text);
      if (reply.text) markdown(text, reply.text);
      if (reply.cut) article.append(el('p', {className: 'cut', textContent: t('cut')}));
      if (reply.error) article.append(el('div', {className: 'error', role: 'alert', textContent: reply.error}));
      const actions = el('div', {className: 'actions'});
      if (reply.live) text.classList.add('waiting');
      else {
        if (reply.text) actions.append(iconButton('copy', t('copy'), e => copyText(reply.text, e.currentTarget)));
        actions.append(iconButton('retry', t('retry'), () => ask(index, [model]), 'retry'));
        if (reply.tokens) actions.append(el('span', {className: 'figures', textContent: reply.tokens + ' ' + t('tokens') + (reply.rate ? ' · ' + reply.rate + '/s' : '')}));
      }
      article.append(actions);
      shown.set(reply, {article, text});
      return article;
    }
    function turnNode(turn, index) {
      const user = el('div', {className: 'user'}, el('span', {className: 'hidden', textContent: t('you')}), el('div', {className: 'text', textContent: turn.user}),
        el('div', {className: 'actions'}, iconButton('copy', t('copy'), e => copyText(turn.user, e.currentTarget)), iconButton('edit', t('edit'), () => editTurn(index), 'edit')));
      const chosen = models().filter(m => turn.replies[m]), names = chosen.length ? chosen : Object.keys(turn.replies);
      return el('div', {className: 'turn'}, user, el('div', {className: 'replies' + (names.length > 1 ? ' two' : '')}, ...names.map(m => replyNode(turn, index, m))));
    }
    function render() {
      document.body.classList.toggle('comparing', models().length > 1);
      $('thread').replaceChildren(...current.turns.map(turnNode));
      $('empty').hidden = current.turns.length > 0; $('thread').hidden = current.turns.length === 0;
      scroll();
    }
    /* Only the reply that grows is drawn again, so that focus and selection elsewhere stay. */
    function grow(reply) { const nodes = shown.get(reply); if (nodes) markdown(nodes.text, reply.text); scroll(); }
    function settle(chat, index, model) {
      const reply = chat.turns[index]?.replies[model], nodes = reply && shown.get(reply);
      if (chat === current && nodes) nodes.article.replaceWith(replyNode(chat.turns[index], index, model));
      scroll();
    }
    function scroll() { const b = $('scroll'); if (follow) b.scrollTop = b.scrollHeight; $('down').hidden = follow || !current.turns.length; }
    $('scroll').addEventListener('scroll', () => { const b = $('scroll'); follow = b.scrollHeight - b.scrollTop - b.clientHeight < 60; $('down').hidden = follow; });
    $('down').onclick = () => { follow = true; scroll(); };
    function renderHistory() {
      $('history').replaceChildren(...chats.map(chat => {
        const title = chat.title || t('untitled');
        const pick = el('button', {type: 'button', className: 'pick', textContent: title, onclick: () => { begin(chat); closeNarrow(); }});
        const remove = iconButton('delete', t('remove') + ': ' + title, () => {
          const back = remembered(chat); gone.add(chat.id); chats = chats.filter(c => c !== chat);
          if (chat === current) begin();
          save(); say(t('removed'), back);
        });
        return el('li', {'aria-current': String(chat === current)}, pick, remove);
      }));
    }
    async function copyText(text, button) {
      try { await navigator.clipboard.writeText(text); }
      catch { const area = el('textarea', {value: text}); document.body.append(area); area.select(); document.execCommand('copy'); area.remove(); }
      button.replaceChildren(icon('done')); $('announce').textContent = t('copied');
      setTimeout(() => button.replaceChildren(icon('copy')), 1200);
    }
    function editTurn(index) {
      stopAll();
      const area = el('textarea', {rows: 3, value: current.turns[index].user, 'aria-label': t('edit')});
      const yes = el('button', {type: 'button', className: 'primary', textContent: t('send')}), no = el('button', {type: 'button', textContent: t('cancel')});
      const leave = () => { render(); $('thread').children[index].querySelector('.edit').focus(); };
      yes.onclick = () => { const text = area.value.trim(); if (!text) return; const back = remembered(current), lost = current.turns.length > index + 1; current.turns.length = index; current.turns.push({user: text, replies: {}}); if (!index) current.title = ''; ask(index, models()); if (lost) say(t('changed'), back); $('input').focus(); };
      no.onclick = leave;
      area.onkeydown = e => { if (e.key === 'Escape') { e.stopPropagation(); leave(); } if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); yes.click(); } };
      $('thread').children[index].querySelector('.user').replaceChildren(el('div', {className: 'editing'}, area, el('div', {className: 'row'}, no, yes)));
      area.focus(); area.setSelectionRange(area.value.length, area.value.length);
    }

    const headers = () => Object.assign({'Content-Type': 'application/json'}, settings.key ? {Authorization: 'Bearer ' + settings.key} : {});
    function stopAll() { for (const r of running) r.abort(); running = []; busy(); }
    function busy() { const on = running.length > 0; $('send').hidden = on; $('stop').hidden = !on; $('send').disabled = !$('input').value.trim(); }
    function submit(text) { text = text.trim(); if (!text || !settings.model) return; current.turns.push({user: text, replies: {}}); ask(current.turns.length - 1, models()); }
    async function ask(index, which) {
      const chat = current, turn = chat.turns[index];
      if (!turn) return;
      stopAll(); follow = true; say(t('writing'));
      if (chat.turns.length > index + 1) { const back = remembered(chat); chat.turns.length = index + 1; say(t('changed'), back); }
      if (!chat.title) chat.title = turn.user.slice(0, 60);
      chats = [chat, ...chats.filter(c => c !== chat)];
      for (const m of which) turn.replies[m] = {text: '', live: true};
      render(); save();
      await Promise.all(which.map(m => stream(chat, index, m)));
      save();
    }
    function request(chat, index, model) {
      const messages = [];
      if (settings.system.trim()) messages.push({role: 'system', content: settings.system.trim()});
      chat.turns.slice(0, index + 1).forEach((past, at) => {
        messages.push({role: 'user', content: past.user});
        const answer = past.replies[model] || Object.values(past.replies)[0];
        if (at < index) messages.push({role: 'assistant', content: answer ? answer.text : ''});
      });
      const body = {model, messages, stream: true, stream_options: {include_usage: true}};
      for (const id of sampling) if (Number.isFinite(settings[id])) body[id] = settings[id];
      if (settings.seed !== '' && Number.isSafeInteger(+settings.seed)) body.seed = +settings.seed;
      return JSON.stringify(body);
    }
    async function stream(chat, index, model) {
      const reply = chat.turns[index].replies[model], abort = new AbortController();
      running.push(abort); busy();
      let drawn = 0, first = 0;
      try {
        const answer = await fetch('v1/chat/completions', {method: 'POST', headers: headers(), body: request(chat, index, model), signal: abort.signal});
        if (!answer.ok) { let why = ''; try { why = (await answer.json()).error.message; } catch {} throw new Error(answer.status === 401 ? t('keyNeeded') : why || t('failed') + ' (' + answer.status + ')'); }
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let buffer = '', ended = false;
        for (;;) {
          const {value, done} = await reader.read(); if (done) break;
          buffer += value; let end;
          while ((end = buffer.indexOf('\n\n')) >= 0) {
            const line = buffer.slice(0, end); buffer = buffer.slice(end + 2);
            if (line === 'data: [DONE]') { ended = true; continue; }
            if (!line.startsWith('data: ')) continue;
            const event = JSON.parse(line.slice(6));
            if (event.error) throw new Error(event.error.message);
            const choice = event.choices[0];
            if (choice) { reply.text += choice.delta.content || ''; first = first || (choice.delta.content ? performance.now() : 0); if (choice.finish_reason === 'length') reply.cut = true; }
            if (event.usage) { reply.tokens = event.usage.completion_tokens; const s = (performance.now() - first) / 1000; if (first && s > 0.05 && reply.tokens > 4) reply.rate = Math.round((reply.tokens - 1) / s); }
          }
          const now = performance.now();
          if (now - drawn > 40) { drawn = now; if (chat === current) grow(reply); }
        }
        if (!ended) throw new TypeError('cut');
        $('announce').textContent = model + ': ' + reply.text.slice(0, 2000);
      } catch (error) {
        if (abort.signal.aborted) { if (!$('status').querySelector('button')) say(t('stopped')); }
        else { reply.error = error instanceof TypeError ? t('unreachable') : error.message; say(t('failed'), null, true); }
      }
      delete reply.live;
      running = running.filter(r => r !== abort); busy();
      if (!running.length && $('status').textContent === t('writing')) say('');
      settle(chat, index, model);
    }
    """#
}
