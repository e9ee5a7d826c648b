// One endpoint: what it does, what it takes, what it answers, and how to try it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { curlOf, dataOf, kindOf, limitsOf, responseOf, type Document, type Endpoint, type Parameter } from './document';
import { Inline } from './markdown';
import { SchemaView } from './schema_view';

interface Props {
  document: Document;
  endpoint: Endpoint;
}

export function EndpointView({ document, endpoint }: Props): JSX.Element {
  const { method, path, operation } = endpoint;
  const [open, setOpen] = useState(false);
  return (
    <details id={operation.operationId} class="endpoint" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class={`method ${method.toLowerCase()}`}>{method}</span>
        <code class="path">{path}</code>
        <span class="summary muted">{operation.summary}</span>
      </summary>
      {open && <Body document={document} endpoint={endpoint} />}
    </details>
  );
}

function Body({ document, endpoint }: Props): JSX.Element {
  const { operation } = endpoint;
  const body = operation.requestBody?.content['application/json']?.schema;
  return (
    <div class="endpoint-body">
      <p>
        <Inline text={operation.description} />
      </p>
      {operation.parameters.length > 0 && (
        <>
          <h3>Parameters</h3>
          <Parameters document={document} parameters={operation.parameters} />
        </>
      )}
      {body && (
        <>
          <h3>Body</h3>
          <SchemaView document={document} schema={body} />
        </>
      )}
      <h3>Answers</h3>
      {Object.entries(operation.responses).map(([status, response]) => (
        <Answer key={status} document={document} status={status} response={responseOf(document, response)} />
      ))}
      <h3>Try it</h3>
      <pre tabIndex={0} aria-label="Example request">
        {curlOf(document, endpoint, location.origin)}
      </pre>
    </div>
  );
}

function Parameters({ document, parameters }: { document: Document; parameters: Parameter[] }): JSX.Element {
  return (
    <dl class="fields">
      {parameters.map((one) => (
        <div key={one.name}>
          <dt>
            <code>{one.name}</code> {one.required && <span class="required">required</span>}
          </dt>
          <dd>
            <span class="muted">in {one.in}</span> <code class="kind">{kindOf(document, one.schema)}</code>{' '}
            <span class="muted">{[one.schema.description, limitsOf(one.schema)].filter(Boolean).join('; ')}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface AnswerProps {
  document: Document;
  status: string;
  response: ReturnType<typeof responseOf>;
}

function Answer({ document, status, response }: AnswerProps): JSX.Element {
  const good = status.startsWith('2');
  const data = good ? dataOf(response) : null;
  return (
    <div class="answer">
      <span class={`status ${good ? 'good' : 'bad'}`}>{status}</span>
      {data ? (
        <div class="answer-data">
          <span class="muted">data</span>
          <SchemaView document={document} schema={data} answer />
        </div>
      ) : good ? (
        <span>{response.description}</span>
      ) : (
        <ul class="errors">
          {response.description.split('; ').map((one) => {
            const [code = '', ...rest] = one.split(': ');
            return (
              <li key={one}>
                <code>{code}</code> {rest.join(': ')}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
