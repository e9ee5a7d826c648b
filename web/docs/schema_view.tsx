// The fields of a schema: name, kind, limits; nested ones open in place.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { kindOf, limitsOf, resolved, type Document, type Schema } from './document';

const DEEPEST = 6;

interface Props {
  document: Document;
  schema: Schema;
  /** An answer has all its fields: only requests say which are required. */
  answer?: boolean;
  depth?: number;
}

export function SchemaView({ document, schema, answer = false, depth = 0 }: Props): JSX.Element {
  const { schema: whole } = resolved(document, schema);
  const inner = objectIn(document, whole);
  if (!inner) return <code class="kind">{kindOf(document, whole)}</code>;
  const fields = Object.entries(inner.properties ?? {});
  return (
    <>
      {inner.description && depth === 0 && <p class="muted">{inner.description}</p>}
      <dl class="fields">
        {fields.map(([name, one]) => (
          <Field
            key={name}
            document={document}
            name={name}
            schema={one}
            required={!answer && (inner.required?.includes(name) ?? false)}
            answer={answer}
            depth={depth}
          />
        ))}
      </dl>
    </>
  );
}

interface FieldProps extends Props {
  name: string;
  required: boolean;
  depth: number;
}

function Field({ document, name, schema, required, answer = false, depth }: FieldProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const { schema: whole } = resolved(document, schema);
  const nested = depth < DEEPEST && objectIn(document, whole) !== null;
  const about = [schema.description ?? whole.description, limitsOf(whole)].filter(Boolean).join('; ');
  return (
    <div>
      <dt>
        <code>{name}</code> {required && <span class="required">required</span>}
      </dt>
      <dd>
        {nested ? (
          <button class="kind" aria-expanded={open} onClick={() => setOpen(!open)}>
            {kindOf(document, schema)} {open ? '−' : '+'}
          </button>
        ) : (
          <code class="kind">{kindOf(document, schema)}</code>
        )}{' '}
        <span class="muted">{about}</span>
        {open && (
          <div class="nested">
            <SchemaView document={document} schema={schema} answer={answer} depth={depth + 1} />
          </div>
        )}
      </dd>
    </div>
  );
}

/** Return the object with fields that a schema is, lists, or allows; null where there is none. */
function objectIn(document: Document, schema: Schema): Schema | null {
  const { schema: whole } = resolved(document, schema);
  if (whole.properties) return whole;
  if (whole.items) return objectIn(document, whole.items);
  for (const one of whole.anyOf ?? whole.oneOf ?? whole.allOf ?? []) {
    const found = objectIn(document, one);
    if (found) return found;
  }
  return null;
}
