// The still of a creative; its video plays over it while the mouse rests there, or after a press.
import { useRef, useState } from 'preact/hooks';
import { duration } from '~/format';
import { IconButton } from '~/parts/Button';
import { Icon } from '~/parts/Icon';
import { t } from '~/words';
import { isVideo, type Creative } from './shapes';

const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export function Still({ creative, small }: { creative: Creative; small?: boolean }) {
  const [playing, setPlaying] = useState<'no' | 'hover' | 'pressed'>('no');
  const [broken, setBroken] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const plays = isVideo(creative) && !!creative.video_url && creative.status !== 'failed' && !small;

  return (
    <div
      class={small ? 'still still-small' : 'still'}
      onPointerEnter={(event) => plays && playing === 'no' && event.pointerType === 'mouse' && !calm() && setPlaying('hover')}
      onPointerLeave={() => playing === 'hover' && setPlaying('no')}
    >
      {creative.thumbnail_url && !broken ? (
        <img src={creative.thumbnail_url} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <span class="still-none">
          <Icon name={creative.media_type === 'carousel' ? 'columns' : 'creatives'} size={small ? 20 : 32} />
        </span>
      )}
      {playing !== 'no' && creative.video_url && (
        <video
          ref={video}
          src={creative.video_url}
          muted={playing === 'hover'}
          autoPlay
          loop
          playsInline
          disablePictureInPicture
          aria-label={creative.title}
        />
      )}
      {plays && (
        <span class="still-play">
          <IconButton
            icon={playing === 'pressed' ? 'pause' : 'play'}
            label={t(playing === 'pressed' ? 'creatives.stop_one' : 'creatives.play_one', { title: creative.title })}
            onClick={() => setPlaying(playing === 'pressed' ? 'no' : 'pressed')}
          />
        </span>
      )}
      {!small && creative.duration_ms > 0 && isVideo(creative) && (
        <span class="still-length">
          <bdi>{duration(creative.duration_ms)}</bdi>
        </span>
      )}
      {!small && !isVideo(creative) && <span class="still-length">{t(`creatives.media_${creative.media_type}`)}</span>}
    </div>
  );
}
