// The API's own description (OpenAPI 3.1) as far as the page shows it.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  examples?: unknown[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}

interface Content {
  description: string;
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Content | { $ref: string }>;
  security?: unknown[];
}

export interface Document {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Content> };
}

export interface Endpoint {
  method: string;
  path: string;
  operation: Operation;
}

/** Return the endpoints by tag, each tag in the order of the document. */
export function byTag(document: Document, search: string): Map<string, Endpoint[]> {
  const wanted = search.trim().toLowerCase();
  const found = new Map<string, Endpoint[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const text = `${method} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase();
      if (!text.includes(wanted)) continue;
      const tag = operation.tags[0] ?? '';
      found.set(tag, [...(found.get(tag) ?? []), { method: method.toUpperCase(), path, operation }]);
    }
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

/** Return a schema with its reference followed, and the name it has. */
export function resolved(document: Document, schema: Schema): { name: string | null; schema: Schema } {
  const name = schema.$ref?.split('/').at(-1) ?? null;
  return { name, schema: name ? (document.components.schemas[name] ?? {}) : schema };
}

/** Return the schema of an envelope's data, or of the whole body where there is no envelope. */
export function dataOf(content: Content): Schema | null {
  const whole = content.content?.['application/json']?.schema;
  return whole?.properties?.['data'] ?? whole ?? null;
}

export function responseOf(document: Document, response: Content | { $ref: string }): Content {
  if (!('$ref' in response)) return response;
  return document.components.responses[response.$ref.split('/').at(-1) ?? ''] ?? { description: '' };
}

/** Say in a few words what kind of value a schema asks for. */
export function kindOf(document: Document, schema: Schema): string {
  const { name, schema: whole } = resolved(document, schema);
  const choices = whole.anyOf ?? whole.oneOf ?? whole.allOf;
  if (choices) return choices.map((one) => kindOf(document, one)).join(' | ');
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.enum) return whole.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (whole.type === 'array' && whole.items) return `[${kindOf(document, whole.items)}]`;
  if (whole.properties) return name ?? 'object';
  const type = Array.isArray(whole.type) ? whole.type.join(' | ') : (whole.type ?? 'any');
  return whole.format ? `${type} (${whole.format})` : type;
}

/** Say which limits a value has to keep. */
export function limitsOf(schema: Schema): string {
  const range = (low: number | undefined, high: number | undefined, what: string): string => {
    if (low === undefined && high === undefined) return '';
    return `${low ?? '…'} to ${high ?? '…'} ${what}`.trim();
  };
  return [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minItems, schema.maxItems, 'entries'),
    schema.pattern ? `like ${schema.pattern}` : '',
    schema.default !== undefined && schema.default !== null ? `default ${JSON.stringify(schema.default)}` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** Return an example request for a terminal. */
export function curlOf(document: Document, { method, path, operation }: Endpoint, origin: string): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}'${origin}${path}'`];
  const secured = operation.security === undefined || operation.security.length > 0;
  if (secured) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  for (const header of operation.parameters.filter((one) => one.in === 'header' && one.required)) {
    lines.push(`-H '${header.name}: …'`);
  }
  const body = operation.requestBody?.content['application/json']?.schema;
  if (body) {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d '${JSON.stringify(exampleOf(document, body))}'`);
  }
  return lines.join(' \\\n  ');
}

/** Return a value that has the right shape: what is required, nothing else. */
export function exampleOf(document: Document, asked: Schema, depth = 0): unknown {
  const { schema } = resolved(document, asked);
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.[0];
  if (choice) return exampleOf(document, choice, depth);
  if (schema.properties && depth < 4) {
    const required = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(required.map(([name, one]) => [name, exampleOf(document, one, depth + 1)]));
  }
  return plainExample(document, schema, depth);
}

function plainExample(document: Document, schema: Schema, depth: number): unknown {
  switch (schema.type) {
    case 'array':
      return schema.items ? [exampleOf(document, schema.items, depth + 1)] : [];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 0);
    case 'boolean':
      return false;
    case 'string':
      return schema.format === 'date-time' ? '2026-11-21T12:00:00Z' : '…';
    default:
      return {};
  }
}
