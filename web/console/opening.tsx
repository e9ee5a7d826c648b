// Before there is a city: the questions without which nothing can be shown, asked until they are answered.
import { render, type JSX } from 'preact';
import { readInstallation, type Installation } from '../lib/api/config';
import { mayPass, sentenceOf } from '../lib/api/errors';
import type { Session } from '../lib/api/session';
import { Persistent } from '../lib/live/persistent';
import { forgetLink, readLink } from './one_time_link';
import { TroubleNote } from './panels/trouble_note';

/** Read what the installation tells every page. */
export function installationFor(page: HTMLElement): Promise<Installation> {
  return answered(page, readInstallation);
}

/** Open the session that a link or the cookie carries; return what is wrong, or nothing. */
export async function openSession(page: HTMLElement, session: Session): Promise<string> {
  const link = readLink(location.hash);
  const notice = await answered(page, async () => {
    try {
      await (link ? session.checkCode(link) : session.resume());
      return '';
    } catch (error) {
      if (mayPass(error)) throw error; // neither the link nor the cookie is used up
      session.me.value = null;
      return sentenceOf(error);
    }
  });
  if (link) forgetLink();
  return notice;
}

/** Ask until there is an answer; meanwhile the page says why there is none. */
function answered<T>(page: HTMLElement, ask: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    const question = new Persistent(ask, resolve);
    render(<Waiting question={question} />, page);
    void question.ask();
  });
}

function Waiting<T>({ question }: { question: Persistent<T> }): JSX.Element | null {
  const trouble = question.trouble.value;
  return (
    trouble && (
      <main class="quiet-page">
        <TroubleNote what="door_failed" trouble={trouble} retry={() => void question.ask()} />
      </main>
    )
  );
}
