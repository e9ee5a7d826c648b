// The documentation page: Markdown taken apart safely, examples of the right shape.
import { describe, expect, test } from 'vitest';
import { curlOf, exampleOf, kindOf, limitsOf, type Document } from '../docs/document';
import { blocksOf, idOf, piecesOf } from '../docs/markdown_blocks';

describe('markdown', () => {
  test('is taken apart into blocks', () => {
    const kinds = blocksOf('# A\n\ntext\nmore\n\n    code\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |').map(({ kind }) => kind);
    expect(kinds).toEqual(['heading', 'paragraph', 'code', 'list', 'table']);
  });

  test('a table has its head and its rows', () => {
    expect(blocksOf('| a | b |\n| - | - |\n| `1` | 2 |')).toEqual([
      { kind: 'table', head: ['a', 'b'], rows: [['`1`', '2']] },
    ]);
  });

  test('text is taken apart into pieces', () => {
    expect(piecesOf('a `b` **c** [d](#e)').map(({ kind }) => kind)).toEqual(['text', 'code', 'text', 'bold', 'text', 'link']);
  });

  test('a link to anything but https is only text', () => {
    expect(piecesOf('[x](javascript:alert(1)) [y](https://example.org)').map(({ kind }) => kind)).toContain('text');
    expect(piecesOf('[x](javascript:alert)')).toEqual([{ kind: 'text', text: 'x' }]);
  });

  test('headings can be linked to', () => {
    expect(idOf('4. Maps: positions down')).toBe('4-maps-positions-down');
  });
});

const DOCUMENT: Document = {
  openapi: '3.1.0',
  info: { title: 'T', version: '1', description: '' },
  paths: {},
  components: {
    responses: {},
    schemas: {
      Order: {
        properties: { place: { $ref: '#/components/schemas/Place' }, note: { type: 'string' } },
        required: ['place'],
      },
      Place: { properties: { latitude: { type: 'number' }, kind: { enum: ['a', 'b'] } }, required: ['latitude', 'kind'] },
    },
  },
};

describe('schemas', () => {
  test('an example holds what is required', () => {
    expect(exampleOf(DOCUMENT, { $ref: '#/components/schemas/Order' })).toEqual({ place: { latitude: 0, kind: 'a' } });
  });

  test('kinds and limits are said in a few words', () => {
    expect(kindOf(DOCUMENT, { anyOf: [{ $ref: '#/components/schemas/Place' }, { type: 'null' }] })).toBe('Place | null');
    expect(kindOf(DOCUMENT, { type: 'array', items: { type: 'integer' } })).toBe('[integer]');
    expect(limitsOf({ minimum: 1, maximum: 5, default: 2 })).toBe('1 to 5, default 2');
  });

  test('the example request names what it needs', () => {
    const operation = {
      operationId: 'x',
      summary: '',
      description: '',
      tags: [],
      parameters: [{ name: 'Idempotency-Key', in: 'header' as const, required: true, schema: {} }],
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } },
      responses: {},
    };
    const text = curlOf(DOCUMENT, { method: 'POST', path: '/orders', operation }, 'http://h');
    for (const part of ['-X POST', 'http://h/orders', 'Bearer', 'Idempotency-Key', '"latitude":0']) expect(text).toContain(part);
  });
});
