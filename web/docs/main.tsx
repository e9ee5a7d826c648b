// Starts the API's documentation: reads /openapi.json and draws it; nothing leaves the page.
import { render } from 'preact';
import { startTheme } from '../lib/ui/theme';
import './docs.css';
import type { Document } from './document';
import { DocsPage } from './page';
import { realtimeProtocol } from './protocol';

async function main(): Promise<void> {
  const page = document.getElementById('page');
  if (!page) return;
  startTheme('system');
  try {
    const response = await fetch('/openapi.json');
    const found = (await response.json()) as Document;
    render(<DocsPage document={found} protocol={realtimeProtocol()} />, page);
  } catch {
    render(<p class="quiet-page">The description of the API (/openapi.json) does not come. Reload the page.</p>, page);
  }
}

void main();
