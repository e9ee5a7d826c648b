// Markdown taken apart: lines into blocks, text into pieces. Only what our own pages use.

export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'list'; numbered: boolean; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

export type Piece =
  | { kind: 'text' | 'code' | 'bold' | 'italic'; text: string }
  | { kind: 'link'; text: string; href: string };

const ITEM = /^(?:[-*]|\d+\.) +/;
const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** Return the blocks of a text. */
export function blocksOf(text: string): Block[] {
  const found: Block[] = [];
  const lines = text.split('\n');
  let at = 0;
  const take = (test: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && test(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = /^(#+) (.*)$/.exec(line);
    if (line.trim() === '') at += 1;
    else if (heading) {
      found.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' });
      at += 1;
    } else if (line.startsWith('```')) {
      at += 1;
      found.push({ kind: 'code', text: take((one) => !one.startsWith('```')).join('\n') });
      at += 1;
    } else if (line.startsWith('    ')) {
      const code = take((one) => one.startsWith('    ') || one.trim() === '');
      found.push({ kind: 'code', text: code.map((one) => one.slice(4)).join('\n').trimEnd() });
    } else if (line.startsWith('|')) found.push(tableOf(take((one) => one.startsWith('|'))));
    else if (ITEM.test(line)) {
      found.push(listOf(take((one) => ITEM.test(one) || /^ {2,}\S/.test(one))));
    } else {
      const paragraph = take((one) => one.trim() !== '' && !/^(#|\||```)/.test(one));
      found.push({ kind: 'paragraph', text: paragraph.join(' ') });
    }
  }
  return found;
}

function tableOf(lines: string[]): Block {
  const rows = lines.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const [head = [], , ...rest] = rows;
  return { kind: 'table', head, rows: rest };
}

function listOf(lines: string[]): Block {
  const items: string[] = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ''));
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return { kind: 'list', numbered: /^\d/.test(lines[0] ?? ''), items };
}

/** Return the pieces of a line of text; links lead on in this page or to https, nowhere else. */
export function piecesOf(text: string): Piece[] {
  const found: Piece[] = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > last) found.push({ kind: 'text', text: text.slice(last, match.index) });
    last = match.index + match[0].length;
    const [, code, bold, italic, label, href] = match;
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (bold !== undefined) found.push({ kind: 'bold', text: bold });
    else if (italic !== undefined) found.push({ kind: 'italic', text: italic });
    else if (href?.startsWith('#') || href?.startsWith('https://')) {
      found.push({ kind: 'link', text: label ?? '', href });
    } else found.push({ kind: 'text', text: label ?? '' });
  }
  if (last < text.length) found.push({ kind: 'text', text: text.slice(last) });
  return found;
}

/** Return the id that a heading's text gets, the same that code hosts give it. */
export function idOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .trim()
    .replace(/ /g, '-');
}
