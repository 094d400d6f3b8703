// Changes single values in a recipe's text, and nothing else: comments, order and layout stay as they were written.

/** The end of a value that begins at `from`: of a list, a map or a quoted text its closing mark, else of the scalar. */
function valueEnd(text, from, isFlow) {
  const opener = text[from];
  if (opener === '{' || opener === '[') {
    let depth = 0;
    for (let i = from; i < text.length; i++) {
      const c = text[i];
      if (c === '"' || c === "'") { i = quoteEnd(text, i) - 1; continue; }
      if (c === '#' && /\s/.test(text[i - 1])) { while (i < text.length && text[i] !== '\n') i++; continue; }
      if (c === '{' || c === '[') depth++;
      if (c === '}' || c === ']') { depth--; if (depth === 0) return i + 1; }
    }
    return text.length;
  }
  if (opener === '"' || opener === "'") return quoteEnd(text, from);
  let i = from;
  for (; i < text.length; i++) {
    const c = text[i];
    if (c === '\n' || isFlow && (c === ',' || c === '}' || c === ']') || c === '#' && /\s/.test(text[i - 1])) break;
  }
  while (i > from && /\s/.test(text[i - 1])) i--;
  return i;
}

function quoteEnd(text, from) {
  const quote = text[from];
  for (let i = from + 1; i < text.length; i++) {
    if (quote === '"' && text[i] === '\\') { i++; continue; }
    if (text[i] === quote) {
      if (quote === "'" && text[i + 1] === "'") { i++; continue; }
      return i + 1;
    }
  }
  return text.length;
}

/** The members of a map `{…}` that begins at `from`: name, and where its name and its value stand. */
function flowMembers(text, from) {
  const members = [], end = valueEnd(text, from, true);
  let i = from + 1;
  while (i < end - 1) {
    if (/[\s,]/.test(text[i])) { i++; continue; }
    if (text[i] === '#') { while (i < end && text[i] !== '\n') i++; continue; }
    const name = text.slice(i, end).match(/^("[^"]*"|'[^']*'|[^:,{}\[\]\s][^:,{}\[\]]*?)\s*:(?=\s|$)\s*/);
    if (!name) return members;
    const start = i + name[0].length, stop = valueEnd(text, start, true);
    members.push({name: name[1].replace(/^["']|["']$/g, ''), from: i, start, end: stop});
    i = stop;
  }
  return members;
}

/** The members of a block that follows: lines deeper than `indent`, from the line at `from` on. */
function blockMembers(text, from, indent) {
  const members = [];
  let i = from, own = null;
  while (i < text.length) {
    const lineEnd = text.indexOf('\n', i) < 0 ? text.length : text.indexOf('\n', i), line = text.slice(i, lineEnd);
    if (line.trim() && !line.trim().startsWith('#')) {
      const depth = line.match(/^ */)[0].length;
      if (depth <= indent) break;
      own ??= depth;
      const name = depth === own && line.match(/^ *("[^"]*"|'[^']*'|[^\s:#][^:#]*?)\s*:(?=\s|$)\s*/);
      if (name) {
        const start = i + name[0].length, rest = line.slice(name[0].length);
        const isEmpty = !rest || rest.startsWith('#');
        const end = isEmpty ? start : valueEnd(text, start, false);
        members.push({name: name[1].replace(/^["']|["']$/g, ''), from: i, start: Math.min(start, lineEnd), end: isEmpty ? Math.min(start, lineEnd) : end, indent: own, isEmpty, next: lineEnd + 1});
        if (end > lineEnd) { i = (text.indexOf('\n', end) + 1) || text.length; members.at(-1).next = i; continue; }
      }
    }
    i = lineEnd + 1;
  }
  return members;
}

/** The members of the value of a member, and how one more would be written. */
function inside(text, member) {
  if (text[member.start] === '{') return {isFlow: true, from: member.start, members: flowMembers(text, member.start)};
  return {isFlow: false, members: member.isEmpty ? blockMembers(text, member.next, member.indent) : [], after: member.next, indent: member.indent};
}

function stagesOf(text) {
  const top = blockMembers(text, 0, -1).find(m => m.name === 'stages');
  return top ? inside(text, top).members : [];
}

/** The names of a recipe's stages, each with its kind. */
export function stageList(text) {
  return stagesOf(text).map(m => {
    const kind = inside(text, m).members.find(k => k.name === 'kind');
    return {name: m.name, kind: kind ? text.slice(kind.start, kind.end).replace(/^["']|["']$/g, '') : ''};
  });
}

function walk(text, stage, path) {
  const names = path.split('.');
  let member = stagesOf(text).find(m => m.name === stage);
  if (!member) return null;
  for (let i = 0; i < names.length; i++) {
    const holder = inside(text, member), next = holder.members.find(m => m.name === names[i]);
    if (!next) return {holder, missing: names.slice(i)};
    member = next;
    if (i === names.length - 1) return {holder, member};
  }
  return null;
}

/** The text of a value as it is written; undefined where the recipe does not set it. */
export function valueIn(text, stage, path) {
  const found = walk(text, stage, path);
  return found?.member ? text.slice(found.member.start, found.member.end) : undefined;
}

/** The recipe with a value set, or taken out when `value` is empty. */
export function withValue(text, stage, path, value) {
  const found = walk(text, stage, path);
  if (!found) return text;
  if (found.member) {
    const {member, holder} = found;
    if (value !== '') return text.slice(0, member.start) + value + text.slice(member.end);
    if (!holder.isFlow) return text.slice(0, member.from) + text.slice(member.next);
    const after = text.slice(member.end).match(/^\s*,\s*/), before = text.slice(0, member.from).match(/,\s*$/);
    return after ? text.slice(0, member.from) + text.slice(member.end + after[0].length)
      : text.slice(0, member.from - (before ? before[0].length : 0)) + text.slice(member.end);
  }
  if (value === '') return text;
  const [name, ...rest] = found.missing, written = rest.length ? `${name}: { ${rest.join(': { ')}: ${value}${' }'.repeat(rest.length)}` : `${name}: ${value}`;
  const {holder} = found, last = holder.members.at(-1);
  if (holder.isFlow) {
    return last ? text.slice(0, last.end) + ', ' + written + text.slice(last.end) : text.slice(0, holder.from + 1) + ' ' + written + ' ' + text.slice(holder.from + 1);
  }
  // After the last member, whatever belongs to it.
  let place = last ? last.next : holder.after;
  const indent = last ? last.indent : holder.indent + 2;
  if (last?.isEmpty) {
    const within = blockMembers(text, last.next, last.indent);
    if (within.length) place = within.at(-1).next;
  }
  const glue = place > 0 && text[place - 1] !== '\n' && place >= text.length ? '\n' : '';
  return text.slice(0, place) + glue + ' '.repeat(indent) + written + '\n' + text.slice(place);
}
