// How long the door stays closed after too many attempts.
import { useEffect, useState } from 'preact/hooks';
import { duration } from '~/format';
import { Note } from '~/parts/Show';
import { t } from '~/words';

/** Seconds left until `until`; counts down. */
export function useSecondsLeft(until: number | null) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (until === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

/** Told once to screen readers; the figure that moves is for the eye. */
export function Countdown({ seconds }: { seconds: number }) {
  return (
    <Note tone="warn">
      <p role="alert">{t('door.closed')}</p>
      <p aria-hidden="true">{t('door.opens_in', { time: duration(seconds * 1000) })}</p>
    </Note>
  );
}
