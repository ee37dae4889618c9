// What is said, with its moments: a press goes there in the video.
import { useState } from 'preact/hooks';
import { useMutation } from '~/api/query';
import { duration } from '~/format';
import { Button } from '~/parts/Button';
import { Field } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Card } from '~/parts/Show';
import { t } from '~/words';
import { say } from '~/words/say';
import { MarkedText, holds } from './Marks';
import { transcribeAgain } from './library';
import type { Segment, Transcript, WholeCreative } from './shapes';

export function TranscriptCard({ creative, edits, onSeek }: { creative: WholeCreative; edits: boolean; onSeek: (at_ms: number) => void }) {
  const again = useMutation({ mutationFn: () => transcribeAgain(creative.id) });
  const { transcript } = creative;
  const asks = edits && !!transcript && transcript.state !== 'waiting' && transcript.state !== 'done';
  return (
    <Card
      title={t('creatives.transcript')}
      actions={
        asks && (
          <Button small icon="retry" busy={again.isPending} onClick={() => again.mutate()}>
            {t('creatives.transcribe')}
          </Button>
        )
      }
    >
      {transcript ? <Words transcript={transcript} onSeek={onSeek} /> : <p class="soft">{t('creatives.transcript_none')}</p>}
      {again.error && <ProblemNote error={again.error} />}
    </Card>
  );
}

function Words({ transcript, onSeek }: { transcript: Transcript; onSeek: (at_ms: number) => void }) {
  const [wanted, setWanted] = useState('');
  if (transcript.state !== 'done')
    return (
      <>
        <p>{t(`creatives.transcript_${transcript.state}`)}</p>
        {transcript.reason && (
          <p class="soft">{say('creatives', transcript.says, transcript.reason)}</p>
        )}
      </>
    );
  if (!transcript.text.trim()) return <p class="soft">{t('creatives.transcript_silent')}</p>;
  const segments = transcript.segments ?? [];
  const shown = wanted.trim() ? segments.filter((segment) => holds(segment.text, wanted)) : segments;
  return (
    <div class="stack">
      <Field label={t('creatives.transcript_search')} type="search" value={wanted} onValue={setWanted} />
      {segments.length ? (
        <SegmentList segments={shown} wanted={wanted} onSeek={onSeek} />
      ) : (
        <p dir="auto">
          <MarkedText text={transcript.text} wanted={wanted} />
        </p>
      )}
      {wanted.trim() && segments.length > 0 && (
        <p class="soft" role="status">
          {t('creatives.transcript_found', { n: shown.length })}
        </p>
      )}
    </div>
  );
}

function SegmentList({ segments, wanted, onSeek }: { segments: Segment[]; wanted: string; onSeek: (at_ms: number) => void }) {
  return (
    <ol class="segments-said" aria-label={t('creatives.transcript')}>
      {segments.map((segment) => (
        <li key={segment.start_ms}>
          <button type="button" class="said" onClick={() => onSeek(segment.start_ms)}>
            <span class="said-at">
              <bdi>{duration(segment.start_ms)}</bdi>
            </span>
            <span class="said-text" dir="auto">
              <MarkedText text={segment.text} wanted={wanted} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
