extension ChatPage {
  static let script = #"""
    'use strict';
    const $ = id => document.getElementById(id);
    const words = {
      en: {skip:'Skip to the message field',conversations:'Conversations',fresh:'New',settings:'Settings',conversation:'Conversation',ask:'Ask something to begin.',message:'Message',placeholder:'Message (Enter sends, Shift+Enter starts a line)',send:'Send',stop:'Stop',model:'Model',compare:'Compare with',none:'nothing',system:'System prompt',systemDefault:'The service\u2019s own',temperature:'Temperature',topP:'Top-p',maxTokens:'Longest reply (tokens)',seed:'Seed (empty: random)',key:'API key',language:'Language',theme:'Appearance',themeAuto:'As the system',themeLight:'Light',themeDark:'Dark',you:'You',copy:'Copy',copied:'Copied',retry:'Try again',edit:'Edit',save:'Send',cancel:'Cancel',remove:'Delete',untitled:'New conversation',stopped:'Stopped',writing:'Writing\u2026',done:'Done',tokens:'tokens',failed:'It did not work',keyNeeded:'This service needs an API key: enter it in the settings.',unreachable:'The service cannot be reached.',cut:'(cut off at the longest reply)'},
      zh: {skip:'跳到输入框',conversations:'对话',fresh:'新对话',settings:'设置',conversation:'对话内容',ask:'问点什么吧。',message:'消息',placeholder:'输入消息（回车发送，Shift+回车换行）',send:'发送',stop:'停止',model:'模型',compare:'对比',none:'不对比',system:'系统提示词',systemDefault:'使用服务默认',temperature:'温度',topP:'Top-p',maxTokens:'最长回复（词元）',seed:'随机种子（留空为随机）',key:'API 密钥',language:'语言',theme:'外观',themeAuto:'跟随系统',themeLight:'浅色',themeDark:'深色',you:'你',copy:'复制',copied:'已复制',retry:'重试',edit:'编辑',save:'发送',cancel:'取消',remove:'删除',untitled:'新对话',stopped:'已停止',writing:'正在回复…',done:'完成',tokens:'词元',failed:'出错了',keyNeeded:'该服务需要 API 密钥，请在设置中填写。',unreachable:'无法连接到服务。',cut:'（已达到最长回复）'}
    };
    const store = {
      get(key, fallback) { try { const v = localStorage.getItem('lorapipe.' + key); return v === null ? fallback : JSON.parse(v); } catch { return fallback; } },
      set(key, value) { try { localStorage.setItem('lorapipe.' + key, JSON.stringify(value)); } catch {} }
    };
    let service = {title:'Chat',description:'',examples:[],system:null,generation:{temperature:.7,top_p:.9,max_tokens:512},models:[]};
    let settings = Object.assign({language:(navigator.language||'en').startsWith('zh')?'zh':'en',theme:'auto',model:'',second:'',system:'',temperature:null,top_p:null,max_tokens:null,seed:'',key:''}, store.get('settings', {}));
    let chats = store.get('chats', []);
    let current = null, running = [], follow = true;
    const t = key => (words[settings.language] || words.en)[key] || words.en[key] || key;
    const el = (tag, props = {}, ...children) => { const e = document.createElement(tag); for (const [k, v] of Object.entries(props)) k in e ? e[k] = v : e.setAttribute(k, v); e.append(...children); return e; };

    /* Markdown, built as nodes: text of the model never becomes markup. */
    function inline(parent, text) {
      const rule = /(`+)([\s\S]*?[^`])\1(?!`)|\*\*([^*]+(?:\*[^*]+)*)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/;
      let rest = text, m;
      while (rest && (m = rule.exec(rest))) {
        if (m.index) parent.append(rest.slice(0, m.index));
        if (m[1]) parent.append(el('code', {textContent: m[2]}));
        else if (m[3] || m[4]) { const b = el('strong'); inline(b, m[3] || m[4]); parent.append(b); }
        else if (m[5]) { const i = el('em'); inline(i, m[5]); parent.append(i); }
        else parent.append(el('a', {href: m[7], rel: 'noopener noreferrer', target: '_blank', textContent: m[6]}));
        rest = rest.slice(m.index + m[0].length);
      }
      if (rest) parent.append(rest);
    }
    function codeBlock(language, code) {
      const copy = el('button', {type:'button', className:'ghost', textContent:t('copy')});
      copy.onclick = () => copyText(code, copy);
      return el('div', {className:'code'}, el('div', {className:'bar'}, el('span', {textContent: language || 'text'}), copy), el('pre', {tabIndex:0}, el('code', {textContent: code})));
    }
    function markdown(parent, text) {
      parent.replaceChildren();
      const lines = text.split('\n');
      let i = 0;
      const list = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/, heading = /^(#{1,6})\s+(.*)$/, fence = /^\s*(`{3,}|~{3,})\s*([\w+#.-]*)\s*$/;
      while (i < lines.length) {
        let m = fence.exec(lines[i]);
        if (m) {
          const body = []; i++;
          while (i < lines.length && !(lines[i].trim().startsWith(m[1]) && lines[i].trim() === m[1][0].repeat(lines[i].trim().length))) body.push(lines[i++]);
          i++; parent.append(codeBlock(m[2], body.join('\n'))); continue;
        }
        if ((m = heading.exec(lines[i]))) { const h = el('h' + Math.min(m[1].length + 1, 4)); inline(h, m[2]); parent.append(h); i++; continue; }
        if (list.test(lines[i])) {
          const ordered = /\d/.test(list.exec(lines[i])[2]);
          const box = el(ordered ? 'ol' : 'ul');
          if (ordered) box.start = parseInt(list.exec(lines[i])[2], 10);
          while (i < lines.length && (m = list.exec(lines[i])) && /\d/.test(m[2]) === ordered) {
            const item = el('li'); let content = m[3]; i++;
            while (i < lines.length && /^\s{2,}\S/.test(lines[i]) && !list.test(lines[i])) content += '\n' + lines[i++].trim();
            if (m[1].length >= 2) item.style.marginLeft = '1.2em';
            inline(item, content); box.append(item);
          }
          parent.append(box); continue;
        }
        if (/^>\s?/.test(lines[i])) {
          const body = []; while (i < lines.length && /^>\s?/.test(lines[i])) body.push(lines[i++].replace(/^>\s?/, ''));
          const q = el('blockquote'); inline(q, body.join('\n')); parent.append(q); continue;
        }
        if (/^\|.*\|\s*$/.test(lines[i]) && /^\|[\s:|-]+\|\s*$/.test(lines[i + 1] || '')) {
          const cells = line => line.trim().slice(1, -1).split('|').map(c => c.trim());
          const table = el('table'), head = el('tr');
          for (const c of cells(lines[i])) { const th = el('th'); inline(th, c); head.append(th); }
          table.append(el('thead', {}, head)); i += 2; const body = el('tbody');
          while (i < lines.length && /^\|.*\|\s*$/.test(lines[i])) { const row = el('tr'); for (const c of cells(lines[i++])) { const td = el('td'); inline(td, c); row.append(td); } body.append(row); }
          table.append(body); parent.append(table); continue;
        }
        if (!lines[i].trim()) { i++; continue; }
        const body = [lines[i++]];
        while (i < lines.length && lines[i].trim() && !fence.test(lines[i]) && !heading.test(lines[i]) && !list.test(lines[i]) && !/^>/.test(lines[i])) body.push(lines[i++]);
        const p = el('p'); inline(p, body.join('\n')); parent.append(p);
      }
    }
    async function copyText(text, button) {
      try { await navigator.clipboard.writeText(text); }
      catch { const area = el('textarea', {value:text}); document.body.append(area); area.select(); document.execCommand('copy'); area.remove(); }
      button.textContent = t('copied'); setTimeout(() => button.textContent = t('copy'), 1200);
    }

    /* Conversations: {id, title, turns: [{user, replies: {model: {text, error, cut}}}]} */
    const save = () => { chats = chats.filter(c => c.turns.length); store.set('chats', chats.slice(0, 50)); renderHistory(); };
    const models = () => settings.second && settings.second !== settings.model ? [settings.model, settings.second] : [settings.model];
    function begin(chat) { stopAll(); current = chat || {id: Date.now().toString(36) + Math.random().toString(36).slice(2, 6), title: '', turns: []}; follow = true; render(); renderHistory(); }
    function replyNode(turn, index, model) {
      const reply = turn.replies[model] || {text:''};
      const text = el('div', {className:'text'});
      if (reply.error) text.append(el('p', {className:'error', textContent: reply.error})); else markdown(text, reply.text);
      if (reply.cut) text.append(el('p', {className:'who', textContent: t('cut')}));
      if (reply.live) text.classList.add('waiting');
      const actions = el('div', {className:'actions'});
      if (!reply.live) {
        const copy = el('button', {type:'button', className:'ghost', textContent:t('copy')}); copy.onclick = () => copyText(reply.text, copy);
        const retry = el('button', {type:'button', className:'ghost retry', textContent:t('retry')}); retry.onclick = () => ask(index, [model]);
        if (reply.text) actions.append(copy); actions.append(retry);
      }
      return el('article', {className:'reply', 'aria-label': model}, el('div', {className:'who', textContent: model}), text, actions);
    }
    function turnNode(turn, index) {
      const edit = el('button', {type:'button', className:'ghost edit', textContent:t('edit')}); edit.onclick = () => editTurn(index);
      const user = el('div', {className:'user'}, el('div', {className:'hidden', textContent:t('you')}), el('div', {className:'text', textContent: turn.user}), el('div', {className:'actions'}, edit));
      const replies = el('div', {className:'replies'}); const shown = models().filter(m => turn.replies[m]);
      for (const m of shown.length ? shown : Object.keys(turn.replies)) replies.append(replyNode(turn, index, m));
      return el('div', {className:'turn'}, user, replies);
    }
    function render() {
      document.body.classList.toggle('comparing', models().length > 1);
      $('thread').replaceChildren(...current.turns.map(turnNode));
      $('empty').hidden = current.turns.length > 0;
      scroll();
    }
    function renderTurn(index) {
      const nodes = $('thread').children;
      if (nodes[index]) nodes[index].replaceWith(turnNode(current.turns[index], index)); else render();
      scroll();
    }
    function scroll() { if (follow) $('thread').scrollTop = $('thread').scrollHeight; }
    $('thread').addEventListener('scroll', () => { const b = $('thread'); follow = b.scrollHeight - b.scrollTop - b.clientHeight < 60; });
    function renderHistory() {
      $('history').replaceChildren(...chats.map(chat => {
        const pick = el('button', {type:'button', className:'pick', textContent: chat.title || t('untitled')}); pick.onclick = () => { begin(chat); if (innerWidth <= 720) toggle('side', 'menu', false); };
        const remove = el('button', {type:'button', className:'ghost', textContent:'×', 'aria-label': t('remove') + ': ' + (chat.title || t('untitled'))});
        remove.onclick = () => { chats = chats.filter(c => c !== chat); store.set('chats', chats); if (chat === current) begin(); else renderHistory(); };
        return el('li', {'aria-current': String(chat === current)}, pick, remove);
      }));
    }
    function editTurn(index) {
      stopAll();
      const area = el('textarea', {rows:3, value: current.turns[index].user, 'aria-label': t('edit')});
      const yes = el('button', {type:'button', textContent:t('save')}), no = el('button', {type:'button', className:'ghost', textContent:t('cancel')});
      const box = el('div', {className:'editing'}, area, el('div', {className:'actions'}, yes, no));
      yes.onclick = () => { if (!area.value.trim()) return; current.turns.length = index; current.turns.push({user: area.value.trim(), replies: {}}); render(); ask(index, models()); };
      no.onclick = render;
      area.onkeydown = e => { if (e.key === 'Escape') render(); if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); yes.click(); } };
      $('thread').children[index].querySelector('.user').replaceChildren(box); area.focus();
    }
    const headers = () => Object.assign({'Content-Type':'application/json'}, settings.key ? {Authorization: 'Bearer ' + settings.key} : {});
    function stopAll() { for (const r of running) r.abort(); running = []; busy(); }
    function busy() { const on = running.length > 0; $('send').hidden = on; $('stop').hidden = !on; }

    async function ask(index, which) {
      stopAll(); follow = true;
      const chat = current, turn = chat.turns[index];
      if (!turn) return;
      chat.turns.length = index + 1;
      if (!chat.title) chat.title = turn.user.slice(0, 60);
      chats = [chat, ...chats.filter(c => c !== chat)];
      for (const m of which) turn.replies[m] = {text:'', live:true};
      render(); $('status').textContent = t('writing');
      await Promise.all(which.map(m => stream(chat, index, m)));
      save();
    }
    async function stream(chat, index, model) {
      const turn = chat.turns[index], reply = turn.replies[model], abort = new AbortController();
      running.push(abort); busy();
      const messages = [];
      if (settings.system.trim()) messages.push({role:'system', content: settings.system.trim()});
      chat.turns.slice(0, index + 1).forEach((past, at) => {
        messages.push({role:'user', content: past.user});
        const answer = past.replies[model] || Object.values(past.replies)[0];
        if (at < index) messages.push({role:'assistant', content: answer ? answer.text : ''});
      });
      const body = {model, messages, stream:true, stream_options:{include_usage:true}, temperature: +$('temperature').value, top_p: +$('top_p').value, max_tokens: Math.max(1, Math.floor(+$('max_tokens').value) || 512)};
      if (settings.seed !== '' && Number.isSafeInteger(+settings.seed)) body.seed = +settings.seed;
      let drawn = 0, began = performance.now();
      const show = force => { const now = performance.now(); if (!force && now - drawn < 40) return; drawn = now; if (chat === current) renderTurn(index); };
      try {
        const answer = await fetch('v1/chat/completions', {method:'POST', headers: headers(), body: JSON.stringify(body), signal: abort.signal});
        if (!answer.ok) { let why = ''; try { why = (await answer.json()).error.message; } catch {} throw new Error(answer.status === 401 ? t('keyNeeded') : why || t('failed') + ' (' + answer.status + ')'); }
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let buffer = '';
        for (;;) {
          const {value, done} = await reader.read(); if (done) break;
          buffer += value; let end;
          while ((end = buffer.indexOf('\n\n')) >= 0) {
            const line = buffer.slice(0, end); buffer = buffer.slice(end + 2);
            if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
            const event = JSON.parse(line.slice(6));
            if (event.error) throw new Error(event.error.message);
            const choice = event.choices[0];
            if (choice) { reply.text += choice.delta.content || ''; if (choice.finish_reason === 'length') reply.cut = true; }
            if (event.usage) { const s = (performance.now() - began) / 1000; $('status').textContent = t('done') + ' · ' + event.usage.completion_tokens + ' ' + t('tokens') + ' · ' + (event.usage.completion_tokens / s).toFixed(0) + ' ' + t('tokens') + '/s'; }
            show(false);
          }
        }
      } catch (error) {
        if (error.name === 'AbortError') $('status').textContent = t('stopped');
        else { reply.error = error instanceof TypeError ? t('unreachable') : error.message; $('status').textContent = t('failed'); }
      }
      delete reply.live;
      running = running.filter(r => r !== abort); busy();
      show(true);
    }

    /* Settings */
    function apply() {
      document.documentElement.lang = settings.language; document.documentElement.dataset.theme = settings.theme;
      for (const e of document.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t);
      for (const e of document.querySelectorAll('[data-t-placeholder]')) e.placeholder = t(e.id === 'input' && innerWidth <= 720 ? 'message' : e.dataset.tPlaceholder);
      for (const e of document.querySelectorAll('[data-t-label]')) e.setAttribute('aria-label', t(e.dataset.tLabel));
      if (service.system) $('system').placeholder = service.system;
      const names = service.models.map(m => m.id);
      if (!names.includes(settings.model)) settings.model = names[0] || '';
      if (!names.includes(settings.second)) settings.second = '';
      $('model').replaceChildren(...names.map(n => el('option', {value:n, textContent:n})));
      $('second').replaceChildren(el('option', {value:'', textContent:t('none')}), ...names.map(n => el('option', {value:n, textContent:n})));
      for (const id of ['model','second','system','seed','key','language','theme']) $(id).value = settings[id];
      for (const id of ['temperature','top_p','max_tokens']) $(id).value = settings[id] ?? service.generation[id];
      numbers(); $('title').textContent = service.title || 'Chat'; document.title = service.title || 'Chat'; $('description').textContent = service.description || '';
      $('examples').replaceChildren(...service.examples.map(x => { const b = el('button', {type:'button', textContent:x}); b.onclick = () => submit(x); return el('li', {}, b); }));
    }
    function numbers() { for (const id of ['temperature','top_p']) $(id + '-value').textContent = (+$(id).value).toFixed(2); }
    for (const id of ['model','second','system','seed','key','language','theme','temperature','top_p','max_tokens']) $(id).addEventListener(id === 'system' || id === 'temperature' || id === 'top_p' ? 'input' : 'change', () => {
      settings[id] = ['temperature','top_p','max_tokens'].includes(id) ? +$(id).value : $(id).value;
      store.set('settings', settings);
      if (id === 'key') connect(); else if (id === 'language' || id === 'theme') { apply(); render(); renderHistory(); } else if (id === 'model' || id === 'second') { render(); } else numbers();
    });
    function toggle(panel, button, open) { const now = open ?? $(panel).hidden; $(panel).hidden = !now; $(button).setAttribute('aria-expanded', String(now)); if (now && innerWidth <= 720) { const other = panel === 'side' ? ['settings','open-settings'] : ['side','menu']; $(other[0]).hidden = true; $(other[1]).setAttribute('aria-expanded','false'); } }
    $('open-settings').onclick = () => toggle('settings', 'open-settings');
    $('menu').onclick = () => toggle('side', 'menu');
    $('fresh').onclick = () => { begin(); $('input').focus(); };
    $('stop').onclick = stopAll;
    document.addEventListener('keydown', e => { if (e.key === 'Escape' && running.length) stopAll(); else if (e.key === 'Escape') { toggle('settings','open-settings',false); toggle('side','menu',false); } });
    function submit(text) { text = text.trim(); if (!text || !settings.model) return; current.turns.push({user:text, replies:{}}); ask(current.turns.length - 1, models()); }
    $('composer').onsubmit = e => { e.preventDefault(); if (running.length || !$('input').value.trim()) return; submit($('input').value); $('input').value = ''; size(); };
    function size() { const i = $('input'); i.style.height = 'auto'; i.style.height = i.scrollHeight + 'px'; }
    $('input').addEventListener('input', size);
    $('input').addEventListener('keydown', e => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); $('composer').requestSubmit(); } });
    async function connect() {
      try {
        const answer = await fetch('v1/service', {headers: headers()});
        if (answer.status === 401) { $('status').textContent = t('keyNeeded'); toggle('settings','open-settings',true); return; }
        service = await answer.json(); $('status').textContent = '';
      } catch { $('status').textContent = t('unreachable'); }
      apply(); render();
    }
    begin(); apply(); connect(); if (innerWidth > 720) $('input').focus();
    """#
}
