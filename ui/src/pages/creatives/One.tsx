// One creative: how it looks, what it says, what was found, where it is used.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Link, useLocation, useSearch } from 'wouter-preact';
import { ApiError } from '~/api/client';
import { useMe, useRight } from '~/api/session';
import { bytes, duration, instant, number } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { PhoneFrame } from '~/parts/PhoneFrame';
import { ProblemNote } from '~/parts/Problem';
import { Card, EmptyState, Missing, Note, PageHead, Skeleton } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { t, tOr } from '~/words';
import { StateBadges } from './Badges';
import { FailureWords, RetryButton } from './Failures';
import { FindingList } from './Findings';
import { PosterChoice } from './Posters';
import { StepList } from './Steps';
import { Still } from './Still';
import { TagsCard } from './TagsCard';
import { TextsCard } from './TextsCard';
import { TranscriptCard } from './TranscriptCard';
import { CopiesCard, UsageCard } from './Usage';
import { deleteCreative, useCreative } from './library';
import { hasFailed, isVideo, launchHref, looksLike, type WholeCreative } from './shapes';
import { platformName } from './wish';

export function One({ id }: { id: string }) {
  const { data: creative, error, refetch } = useCreative(id);
  if (error && !creative)
    return error instanceof ApiError && error.status === 404 ? (
      <EmptyState icon="creatives" title={t('creatives.gone')} actions={<LinkButton href="/creatives">{t('creatives.to_all')}</LinkButton>}>
        {t('creatives.gone_hint')}
      </EmptyState>
    ) : (
      <ProblemNote error={error} onRetry={() => void refetch()} />
    );
  if (!creative)
    return (
      <>
        <PageHead title={t('creatives.one')} />
        <div class="one">
          <div class="one-phone">
            <Skeleton block />
          </div>
          <Skeleton lines={10} />
        </div>
      </>
    );
  return <Shown creative={creative} />;
}

/** The video, and how to go to a moment of it. */
function usePlayer(creative: WholeCreative) {
  const video = useRef<HTMLVideoElement>(null);
  const asked = new URLSearchParams(useSearch()).get('at');
  function seek(at_ms: number, play: boolean) {
    const element = video.current;
    if (!element) return;
    element.currentTime = at_ms / 1000;
    if (play) void element.play().catch(() => undefined);
    element.scrollIntoView({ block: 'nearest' });
  }
  useEffect(() => {
    if (asked && creative.video_url) seek(Number(asked), false);
  }, [asked, creative.id, creative.video_url]);
  return { video, seek };
}

function Shown({ creative }: { creative: WholeCreative }) {
  const edits = useRight('edit');
  const { video, seek } = usePlayer(creative);
  const org = useMe().data?.org.name;
  const call = creative.call_to_action;

  return (
    <>
      <div>
        <Link href="/creatives" class="back-link">
          {t('creatives.to_all')}
        </Link>
      </div>
      <PageHead
        title={creative.title}
        beside={
          <span class="creative-badges">
            <StateBadges creative={creative} />
          </span>
        }
        actions={<Deeds creative={creative} edits={edits} />}
      />
      {hasFailed(creative) && creative.failure && (
        <Note tone="bad">
          <FailureWords failure={creative.failure} />
          {edits && <RetryButton creative={creative} />}
        </Note>
      )}
      <AlikeNote creative={creative} />
      <div class="one">
        <div class="one-phone stack">
          {creative.media_type === 'carousel' ? (
            <Cards creative={creative} />
          ) : (
            <PhoneFrame
              video={isVideo(creative) ? (creative.video_url ?? undefined) : undefined}
              videoRef={video}
              poster={creative.thumbnail_url ?? (isVideo(creative) ? undefined : (creative.video_url ?? undefined))}
              title={creative.title}
              profile={org}
              text={creative.ad_text ?? undefined}
              callToAction={call ? tOr(`creatives.call_${call}`, call) : undefined}
            />
          )}
          {isVideo(creative) && <PosterChoice creative={creative} edits={edits} />}
          <Card title={t('creatives.file')}>
            <Facts creative={creative} />
          </Card>
          <Card title={t('creatives.steps')}>
            <StepList steps={creative.steps} />
          </Card>
          <CopiesCard creative={creative} />
        </div>
        <div class="stack one-words">
          <TextsCard creative={creative} edits={edits} />
          <TagsCard creative={creative} edits={edits} />
          {isVideo(creative) && <TranscriptCard creative={creative} edits={edits} onSeek={(at) => seek(at, true)} />}
          {creative.media_type !== 'carousel' && (
            <Card title={t('creatives.findings')}>
              <FindingList creative={creative} />
            </Card>
          )}
          <UsageCard creative={creative} />
        </div>
      </div>
    </>
  );
}

function Deeds({ creative, edits }: { creative: WholeCreative; edits: boolean }) {
  const [, navigate] = useLocation();
  const [deleting, setDeleting] = useState(false);
  const { usage } = creative;
  async function remove() {
    await deleteCreative(creative.id);
    toast(t('creatives.bulk_done_delete', { n: 1 }));
    navigate('/creatives');
  }
  return (
    <>
      {edits && creative.status !== 'failed' && creative.media_type !== 'carousel' && (
        <LinkButton look="main" icon="launch" href={launchHref([creative])}>
          {t('creatives.launch')}
        </LinkButton>
      )}
      {creative.video_url && (
        <a class="button button-plain" href={`${creative.video_url}?download=1`} download>
          {t('creatives.download')}
        </a>
      )}
      {edits && (
        <Button icon="trash" onClick={() => setDeleting(true)}>
          {t('creatives.delete')}
        </Button>
      )}
      {deleting && (
        <ConfirmDialog title={t('creatives.bulk_title_delete', { n: 1 })} act={t('creatives.delete')} danger onAct={remove} onClose={() => setDeleting(false)}>
          <p>{t('creatives.delete_text')}</p>
          {usage.ads.length + usage.launches.length + usage.carousels.length > 0 && (
            <Note tone="warn">
              <p>{t('creatives.used_by')}</p>
              <ul class="used-by">
                {usage.ads.slice(0, 10).map((ad) => (
                  <li key={ad.ad_id} dir="auto">
                    {ad.name} · {tOr(`creatives.ad_${ad.status}`, ad.status)}
                  </li>
                ))}
                {usage.ads_count > 10 && <li>{t('creatives.and_more', { n: usage.ads_count - 10 })}</li>}
                {usage.launches.length > 0 && <li>{t('creatives.launches_n', { n: usage.launches.length })}</li>}
                {usage.carousels.length > 0 && <li>{t('creatives.carousels_n', { n: usage.carousels.length })}</li>}
              </ul>
            </Note>
          )}
        </ConfirmDialog>
      )}
    </>
  );
}

function AlikeNote({ creative }: { creative: WholeCreative }) {
  const like = looksLike(creative);
  if (!creative.duplicate_of && !like) return null;
  return (
    <Note tone="warn">
      {creative.duplicate_of && (
        <p>
          {t('creatives.duplicate_why')} <Link href={`/creatives/${creative.duplicate_of}`}>{t('creatives.the_other')}</Link>
        </p>
      )}
      {like && (
        <p>
          {t('creatives.near_duplicate_why')} <Link href={`/creatives/${like}`}>{t('creatives.the_other')}</Link>
        </p>
      )}
    </Note>
  );
}

/** A card of a carousel, with its own creative's still. */
function CarouselCard({ id, title, url }: { id: string; title: string | null; url: string | null }) {
  const { data } = useCreative(id);
  return (
    <li class="carousel-shown">
      {data ? <Still creative={data} /> : <Skeleton block />}
      <p>
        <Link href={`/creatives/${id}`} dir="auto">
          {title ?? data?.title ?? id}
        </Link>
      </p>
      {url && (
        <p class="soft carousel-url" dir="ltr">
          {url}
        </p>
      )}
    </li>
  );
}

function Cards({ creative }: { creative: WholeCreative }) {
  return (
    <ol class="carousel-row" aria-label={t('creatives.cards')} tabIndex={0}>
      {creative.cards?.map((card) => <CarouselCard key={card.creative_id} id={card.creative_id} title={card.title} url={card.landing_page_url} />)}
    </ol>
  );
}

function Facts({ creative }: { creative: WholeCreative }) {
  const facts = creative.probe?.facts;
  const none = <Missing reason={t('creatives.not_looked_at')} />;
  const codecs = [facts?.container, facts?.video_codec, facts?.audio_codec].filter(Boolean).join(' · ');
  return (
    <dl class="facts">
      {isVideo(creative) && (
        <div>
          <dt>{t('creatives.column_length')}</dt>
          <dd>{creative.duration_ms ? <bdi>{duration(creative.duration_ms)}</bdi> : none}</dd>
        </div>
      )}
      {creative.media_type !== 'carousel' && (
        <>
          <div>
            <dt>{t('creatives.column_picture')}</dt>
            <dd>{creative.width ? <bdi>{`${creative.width}×${creative.height}`}</bdi> : none}</dd>
          </div>
          <div>
            <dt>{t('creatives.column_size')}</dt>
            <dd>
              <bdi>{bytes(creative.size_bytes)}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t('creatives.made_of')}</dt>
            <dd>{codecs ? <bdi>{codecs}</bdi> : none}</dd>
          </div>
        </>
      )}
      {facts?.frame_rate ? (
        <div>
          <dt>{t('creatives.frame_rate')}</dt>
          <dd>
            <bdi>{number(facts.frame_rate, facts.frame_rate % 1 ? 2 : 0)}</bdi>
          </dd>
        </div>
      ) : null}
      <div>
        <dt>{t('common.platform')}</dt>
        <dd>{platformName(creative.platform)}</dd>
      </div>
      <div>
        <dt>{t('creatives.column_created')}</dt>
        <dd>
          <bdi>{instant(creative.created_at)}</bdi>
        </dd>
      </div>
      {creative.original_url && (
        <div>
          <dt>{t('creatives.original')}</dt>
          <dd>
            <a href={`${creative.original_url}&download=1`} download>
              {t('creatives.download')}
            </a>
          </dd>
        </div>
      )}
    </dl>
  );
}
