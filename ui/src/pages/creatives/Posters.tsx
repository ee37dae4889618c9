// The still that stands for a video: three of its frames, the platform's own covers.
import { useState } from 'preact/hooks';
import { duration } from '~/format';
import { ProblemNote } from '~/parts/Problem';
import { toast } from '~/parts/Toast';
import { t } from '~/words';
import { changeCreative } from './library';
import type { Creative, Poster } from './shapes';
import { platformName } from './wish';

const words = (poster: Poster) =>
  poster.source === 'frame' ? t('creatives.poster_frame', { time: duration(poster.at_ms) }) : t('creatives.poster_cover', { platform: platformName(poster.source), n: poster.position });

export function PosterChoice({ creative, edits }: { creative: Creative; edits: boolean }) {
  const [busy, setBusy] = useState<number | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  if (!creative.posters.length) return null;

  async function choose(poster: Poster) {
    setBusy(poster.position);
    setProblem(null);
    try {
      await changeCreative(creative, { poster: poster.position });
      toast(t('creatives.poster_chosen'));
    } catch (error) {
      setProblem(error);
    }
    setBusy(null);
  }
  return (
    <section class="posters-part" aria-labelledby="posters-title">
      <h2 id="posters-title">{t('creatives.poster')}</h2>
      <ul class="posters">
        {creative.posters.map((poster) => (
          <li key={poster.position}>
            {edits ? (
              <button
                type="button"
                class={poster.chosen ? 'poster poster-on' : 'poster'}
                aria-pressed={poster.chosen}
                aria-busy={busy === poster.position}
                disabled={busy !== null}
                onClick={() => !poster.chosen && void choose(poster)}
                title={words(poster)}
              >
                <img src={poster.url} alt={words(poster)} loading="lazy" />
              </button>
            ) : (
              <span class={poster.chosen ? 'poster poster-on' : 'poster'}>
                <img src={poster.url} alt={words(poster)} loading="lazy" />
              </span>
            )}
          </li>
        ))}
      </ul>
      {!creative.posters.some((poster) => poster.chosen) && <p class="soft">{t('creatives.poster_none')}</p>}
      {problem !== null && <ProblemNote error={problem} />}
    </section>
  );
}
