// The place of the map: it comes after the text, and only when the browser can draw it.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { effect } from '@preact/signals';
import { theme } from '../lib/ui/theme';
import type { Following } from './following';
import type { FollowMap } from './follow_map';
import { t } from './speech';
import { chapterOf } from './story';

export function MapFrame({ following }: { following: Following }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const [failed, fail] = useState(false);
  useEffect(() => {
    let map: FollowMap | null = null;
    let left = false;
    let stop: (() => void) | undefined;
    const open = async (): Promise<void> => {
      const { FollowMap } = await import('./follow_map');
      if (left || !element.current) return;
      map = await FollowMap.open(element.current, following, theme.value);
      stop = effect(() => {
        const view = following.view.value;
        if (view) map?.show(view, chapterOf(view, following.installation.clock.nowMs()));
      });
      (window as { hermodMap?: FollowMap }).hermodMap = map; // tests ask it where the courier is
      if (left) close();
    };
    const close = (): void => {
      stop?.();
      map?.remove();
      map = null;
    };
    // Text first: two frames later it is painted.
    requestAnimationFrame(() => setTimeout(() => open().catch(() => fail(true)), 0));
    return () => {
      left = true;
      close();
    };
  }, [following]);
  const view = following.view.value;
  const rough = view?.position && !view.position.exact;
  return (
    <section class="map-frame" aria-label={t('map')}>
      {failed ? <p class="quiet-page muted">{t('map_failed')}</p> : <div ref={element} class="map" />}
      {rough && !failed && <p class="map-note meta">{t('about_here')}</p>}
    </section>
  );
}
