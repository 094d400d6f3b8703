'use strict';
function inline(parent, text) {
  const rule =
    /(`+)([\s\S]*?[^`])\1(?!`)|\*\*([^*]+(?:\*[^*]+)*)\*\*|__([^_]+)__|\*([^*\s](?:[^*]*[^*\s])?)\*|~~([^~]+)~~|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>()"'，。）]+[^\s<>()"'，。）.,;:!?])/;
  let rest = text,
    m;
  while (rest && (m = rule.exec(rest))) {
    if (m.index) parent.append(rest.slice(0, m.index));
    const nested = (tag, inner) => {
      const e = el(tag);
      inline(e, inner);
      parent.append(e);
    };
    if (m[1]) parent.append(el('code', {
      textContent: m[2]
    }));
    else if (m[3] || m[4]) nested('strong', m[3] || m[4]);
    else if (m[5]) nested('em', m[5]);
    else if (m[6]) nested('del', m[6]);
    else parent.append(el('a', {
      href: m[8] || m[9],
      rel: 'noopener noreferrer',
      target: '_blank',
      textContent: m[7] || m[9]
    }));
    rest = rest.slice(m.index + m[0].length);
  }
  if (rest) parent.append(rest);
}

const keywords =
  /^(?:abstract|and|as|assert|async|await|bool|boolean|break|case|catch|char|class|const|continue|def|default|defer|del|do|double|echo|elif|else|end|enum|except|export|extends|extension|false|False|fi|finally|float|fn|for|from|func|function|global|guard|if|impl|implements|import|in|init|instanceof|int|interface|is|lambda|let|long|match|mod|mut|namespace|new|nil|None|not|null|or|package|pass|private|protected|protocol|pub|public|raise|return|self|Self|static|string|struct|super|switch|template|then|this|throw|throws|trait|true|True|try|type|typeof|union|unsigned|use|using|var|void|where|while|with|yield|SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|JOIN|GROUP|ORDER|BY|CREATE|TABLE|LIMIT)$/;

function highlight(code, language) {
  const box = el('code'),
    name = (language || '').toLowerCase();
  if (['', 'text', 'txt', 'plain', 'markdown', 'md', 'output'].includes(name) || code.length > 30000) {
    box.textContent = code;
    return box;
  }
  const comment =
    /^(py|python|sh|bash|shell|zsh|yaml|yml|toml|rb|ruby|r|perl|make|makefile|dockerfile|ini|conf)$/.test(
      name) ? '#[^\\n]*' : /^(sql|lua|haskell|hs)$/.test(name) ? '--[^\\n]*' : /^(html|xml|svg)$/.test(name) ?
    '<!--[\\s\\S]*?-->' : '\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?\\*\\/';
  const rule = new RegExp('(' + comment +
    ')|("""[\\s\\S]*?"""|"(?:\\\\.|[^"\\\\\\n])*"|\'(?:\\\\.|[^\'\\\\\\n])*\'|`(?:\\\\.|[^`\\\\])*`)|\\b(0x[\\da-fA-F]+|\\d[\\d_.]*(?:e[+-]?\\d+)?)\\b|([A-Za-z_]\\w*)',
    'g');
  let at = 0,
    m;
  while ((m = rule.exec(code))) {
    const kind = m[1] ? 'com' : m[2] ? 'str' : m[3] ? 'num' : keywords.test(m[4]) ? 'kw' : '';
    if (!kind) continue;
    box.append(code.slice(at, m.index), el('span', {
      className: kind,
      textContent: m[0]
    }));
    at = m.index + m[0].length;
  }
  box.append(code.slice(at));
  return box;
}

function codeBlock(language, code) {
  const copy = iconButton('copy', t('copy'), e => copyText(code, e.currentTarget));
  return el('div', {
      className: 'code'
    }, el('div', {
      className: 'bar'
    }, el('span', {
      textContent: language || 'text'
    }), copy),
    el('pre', {
      tabIndex: 0
    }, highlight(code, language)));
}

const listLine = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/,
  headingLine = /^(#{1,6})\s+(.*?)\s*#*$/,
  fenceLine = /^\s*(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/,
  tableLine = /^\s*\|.*\|\s*$/;
/* One list and those inside it: deeper items belong to the item above them. */
function listBlock(lines, from) {
  const first = listLine.exec(lines[from]),
    depth = first[1].length,
    ordered = /\d/.test(first[2]);
  const box = el(ordered ? 'ol' : 'ul');
  if (ordered) box.start = parseInt(first[2], 10);
  let i = from,
    item = null,
    m;
  while (i < lines.length) {
    if ((m = listLine.exec(lines[i]))) {
      if (m[1].length >= depth + 2 && item) {
        const [inner, next] = listBlock(lines, i);
        item.append(inner);
        i = next;
        continue;
      }
      if (m[1].length < depth || /\d/.test(m[2]) !== ordered) break;
      let content = m[3];
      i++;
      while (i < lines.length && /^\s{2,}\S/.test(lines[i]) && !listLine.test(lines[i]) && !fenceLine.test(
          lines[i])) content += '\n' + lines[i++].trim();
      item = el('li');
      inline(item, content);
      box.append(item);
    } else if (item && (m = fenceLine.exec(lines[i])) && /^\s{2,}/.test(lines[i])) {
      const [code, next] = fenced(lines, i, m);
      item.append(code);
      i = next;
    } else if (!lines[i].trim() && i + 1 < lines.length && (m = listLine.exec(lines[i + 1])) && (m[1]
        .length >= depth + 2 || (m[1].length >= depth && /\d/.test(m[2]) === ordered))) i++;
    else break;
  }
  return [box, i];
}

function fenced(lines, from, m) {
  const body = [],
    indent = /^\s*/.exec(lines[from])[0].length;
  let i = from + 1;
  const closing = line => {
    const c = /^\s*(`{3,}|~{3,})\s*$/.exec(line);
    return c && c[1][0] === m[1][0] && c[1].length >= m[1].length;
  };
  while (i < lines.length && !closing(lines[i])) {
    const line = lines[i++];
    body.push(line.slice(Math.min(indent, /^\s*/.exec(line)[0].length)));
  }
  return [codeBlock(m[2], body.join('\n')), i + 1];
}

function markdown(parent, text) {
  parent.replaceChildren();
  const thought = /^\s*<think>([\s\S]*?)(<\/think>|$)/.exec(text);
  if (thought) {
    if (thought[1].trim()) {
      const box = el('details', {
        className: 'think'
      }, el('summary', {
        textContent: t('thinking')
      }), el('p', {
        textContent: thought[1].trim()
      }));
      box.open = !thought[2];
      parent.append(box);
    }
    text = text.slice(thought[0].length);
  }
  const lines = text.split('\n');
  let i = 0,
    m;
  while (i < lines.length) {
    if ((m = fenceLine.exec(lines[i]))) {
      const [code, next] = fenced(lines, i, m);
      parent.append(code);
      i = next;
      continue;
    }
    if ((m = headingLine.exec(lines[i]))) {
      const h = el('h' + Math.min(m[1].length + 2, 5));
      inline(h, m[2]);
      parent.append(h);
      i++;
      continue;
    }
    if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(lines[i])) {
      parent.append(el('hr'));
      i++;
      continue;
    }
    if (listLine.test(lines[i])) {
      const [box, next] = listBlock(lines, i);
      parent.append(box);
      i = next;
      continue;
    }
    if (/^>\s?/.test(lines[i])) {
      const body = [];
      while (i < lines.length && /^>\s?/.test(lines[i])) body.push(lines[i++].replace(/^>\s?/, ''));
      const quote = el('blockquote');
      inline(quote, body.join('\n'));
      parent.append(quote);
      continue;
    }
    if (tableLine.test(lines[i]) && /^\s*\|[\s:|-]+\|\s*$/.test(lines[i + 1] || '')) {
      const cells = line => line.trim().slice(1, -1).split('|').map(c => c.trim());
      const row = (line, tag) => {
        const r = el('tr');
        for (const c of cells(line)) {
          const e = el(tag);
          inline(e, c);
          r.append(e);
        }
        return r;
      };
      const head = row(lines[i], 'th'),
        body = el('tbody');
      i += 2;
      while (i < lines.length && tableLine.test(lines[i])) body.append(row(lines[i++], 'td'));
      parent.append(el('div', {
        className: 'table',
        tabIndex: 0
      }, el('table', {}, el('thead', {}, head), body)));
      continue;
    }
    if (!lines[i].trim()) {
      i++;
      continue;
    }
    const body = [lines[i++]];
    while (i < lines.length && lines[i].trim() && !fenceLine.test(lines[i]) && !headingLine.test(lines[i]) &&
      !listLine.test(lines[i]) && !/^>/.test(lines[i])) body.push(lines[i++]);
    const p = el('p');
    inline(p, body.join('\n'));
    parent.append(p);
  }
}
