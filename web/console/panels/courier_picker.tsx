// Several couriers on one spot of the map: a list to choose from.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../speech';
import { select } from '../state/choice';
import type { City } from '../state/city';
import { StateMark } from './legend';

export interface Picked {
  ids: string[];
  at: { x: number; y: number };
}

interface Props {
  city: City;
  picked: Picked;
  close: () => void;
}

export function CourierPicker({ city, picked, close }: Props): JSX.Element {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), [picked]);
  return (
    <div
      class="picker"
      role="group"
      aria-label={t('several_here')}
      style={{ left: `${picked.at.x + 10}px`, top: `${picked.at.y + 10}px` }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      {picked.ids.map((id, i) => {
        const courier = city.fleet.couriers.get(id);
        return (
          courier && (
            <button
              key={id}
              ref={i === 0 ? first : null}
              class="picker-item"
              onClick={() => {
                select({ kind: 'courier', id });
                close();
              }}
            >
              <StateMark state={courier.state} /> <bdi>{courier.name}</bdi>
            </button>
          )
        );
      })}
    </div>
  );
}
