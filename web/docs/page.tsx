// The documentation page: what there is on one side, each endpoint in full on the other.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../lib/ui/icons';
import { switchTheme, theme } from '../lib/ui/theme';
import { byTag, type Document } from './document';
import { EndpointView } from './endpoint_view';
import { Markdown } from './markdown';

const REALTIME = 'realtime-protocol';

interface Props {
  document: Document;
  protocol: string | null;
}

export function DocsPage({ document: found, protocol }: Props): JSX.Element {
  const [search, setSearch] = useState('');
  const tags = byTag(found, search);
  useEffect(() => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
    target?.scrollIntoView();
  }, []);
  return (
    <div class="docs">
      <Side document={found} protocol={protocol} tags={tags} search={search} setSearch={setSearch} />
      <main class="content">
        <h1>{found.info.title}</h1>
        <p class="lead">{found.info.description}</p>
        {tags.size === 0 && <p class="muted">Nothing matches “{search}”.</p>}
        {[...tags].map(([tag, endpoints]) => (
          <section key={tag} id={tag}>
            <h2>{tag}</h2>
            {endpoints.map((endpoint) => (
              <EndpointView key={endpoint.operation.operationId} document={found} endpoint={endpoint} />
            ))}
          </section>
        ))}
        {protocol !== null && search === '' && (
          <section id={REALTIME} class="prose">
            <Markdown text={protocol} />
          </section>
        )}
      </main>
    </div>
  );
}

interface SideProps extends Props {
  tags: ReadonlyMap<string, readonly unknown[]>;
  search: string;
  setSearch: (search: string) => void;
}

function Side({ document: found, protocol, tags, search, setSearch }: SideProps): JSX.Element {
  return (
    <nav class="side" aria-label="Contents">
      <div class="side-head">
        <strong>{found.info.title}</strong> <span class="muted">{found.info.version}</span>
        <button class="icon-button" aria-label="Dark or light" onClick={switchTheme}>
          <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
        </button>
      </div>
      <input
        class="input"
        type="search"
        aria-label="Search endpoints"
        placeholder="Search endpoints"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <ul>
        {[...tags].map(([tag, endpoints]) => (
          <li key={tag}>
            <a href={`#${tag}`}>{tag}</a> <span class="muted">{endpoints.length}</span>
          </li>
        ))}
        {protocol !== null && (
          <li class="side-more">
            <a href={`#${REALTIME}`}>Realtime protocol</a>
          </li>
        )}
        <li>
          <a href="/openapi.json">openapi.json</a>
        </li>
      </ul>
    </nav>
  );
}
