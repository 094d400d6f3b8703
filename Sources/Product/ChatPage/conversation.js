'use strict';
function replyNode(turn, index, model) {
  const reply = turn.replies[model],
    text = el('div', {
      className: 'text'
    });
  const article = el('article', {
    className: 'reply',
    'aria-label': model
  });
  if (many() || Object.keys(turn.replies).length > 1) article.append(el('div', {
    className: 'who',
    textContent: model
  }));
  article.append(text);
  if (reply.text) markdown(text, reply.text);
  if (reply.cut) article.append(el('p', {
    className: 'cut',
    textContent: t('cut')
  }));
  if (reply.error) article.append(el('div', {
    className: 'error',
    role: 'alert',
    textContent: reply.error
  }));
  const actions = el('div', {
    className: 'actions'
  });
  if (reply.live) text.classList.add('waiting');
  else {
    if (reply.text) actions.append(iconButton('copy', t('copy'), e => copyText(reply.text, e.currentTarget)));
    actions.append(iconButton('retry', t('retry'), () => ask(index, [model]), 'retry'));
    if (reply.tokens) actions.append(el('span', {
      className: 'figures',
      textContent: reply.tokens + ' ' + t('tokens') + (reply.rate ? ' · ' + reply.rate + '/s' : '')
    }));
  }
  article.append(actions);
  shown.set(reply, {
    article,
    text
  });
  return article;
}

function turnNode(turn, index) {
  const user = el('div', {
      className: 'user'
    }, el('span', {
      className: 'hidden',
      textContent: t('you')
    }), el('div', {
      className: 'text',
      textContent: turn.user
    }),
    el('div', {
      className: 'actions'
    }, iconButton('copy', t('copy'), e => copyText(turn.user, e.currentTarget)), iconButton('edit', t(
      'edit'), () => editTurn(index), 'edit')));
  const chosen = models().filter(m => turn.replies[m]),
    names = chosen.length ? chosen : Object.keys(turn.replies);
  return el('div', {
    className: 'turn'
  }, user, el('div', {
    className: 'replies' + (names.length > 1 ? ' two' : '')
  }, ...names.map(m => replyNode(turn, index, m))));
}

function render() {
  document.body.classList.toggle('comparing', models().length > 1);
  $('thread').replaceChildren(...current.turns.map(turnNode));
  $('empty').hidden = current.turns.length > 0;
  $('thread').hidden = current.turns.length === 0;
  scroll();
}
/* Only the reply that grows is drawn again, so that focus and selection elsewhere stay. */
function grow(reply) {
  const nodes = shown.get(reply);
  if (nodes) markdown(nodes.text, reply.text);
  scroll();
}

function settle(chat, index, model) {
  const reply = chat.turns[index]?.replies[model],
    nodes = reply && shown.get(reply);
  if (chat === current && nodes) nodes.article.replaceWith(replyNode(chat.turns[index], index, model));
  scroll();
}

function scroll() {
  const b = $('scroll');
  if (follow) b.scrollTop = b.scrollHeight;
  $('down').hidden = follow || !current.turns.length;
}
$('scroll').addEventListener('scroll', () => {
  const b = $('scroll');
  follow = b.scrollHeight - b.scrollTop - b.clientHeight < 60;
  $('down').hidden = follow;
});
$('down').onclick = () => {
  follow = true;
  scroll();
};

function renderHistory() {
  $('history').replaceChildren(...chats.map(chat => {
    const title = chat.title || t('untitled');
    const pick = el('button', {
      type: 'button',
      className: 'pick',
      textContent: title,
      onclick: () => {
        begin(chat);
        closeNarrow();
      }
    });
    const remove = iconButton('delete', t('remove') + ': ' + title, () => {
      const back = remembered(chat);
      gone.add(chat.id);
      chats = chats.filter(c => c !== chat);
      if (chat === current) begin();
      save();
      say(t('removed'), back);
    });
    return el('li', {
      'aria-current': String(chat === current)
    }, pick, remove);
  }));
}
async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el('textarea', {
      value: text
    });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  button.replaceChildren(icon('done'));
  $('announce').textContent = t('copied');
  setTimeout(() => button.replaceChildren(icon('copy')), 1200);
}

function editTurn(index) {
  stopAll();
  const area = el('textarea', {
    rows: 3,
    value: current.turns[index].user,
    'aria-label': t('edit')
  });
  const yes = el('button', {
      type: 'button',
      className: 'primary',
      textContent: t('send')
    }),
    no = el('button', {
      type: 'button',
      textContent: t('cancel')
    });
  const leave = () => {
    render();
    $('thread').children[index].querySelector('.edit').focus();
  };
  yes.onclick = () => {
    const text = area.value.trim();
    if (!text) return;
    const back = remembered(current),
      lost = current.turns.length > index + 1;
    current.turns.length = index;
    current.turns.push({
      user: text,
      replies: {}
    });
    if (!index) current.title = '';
    ask(index, models());
    if (lost) say(t('changed'), back);
    $('input').focus();
  };
  no.onclick = leave;
  area.onkeydown = e => {
    if (e.key === 'Escape') {
      e.stopPropagation();
      leave();
    }
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      yes.click();
    }
  };
  $('thread').children[index].querySelector('.user').replaceChildren(el('div', {
    className: 'editing'
  }, area, el('div', {
    className: 'row'
  }, no, yes)));
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

