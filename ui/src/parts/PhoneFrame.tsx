// A vertical video as a phone shows it, with the places that the platform's own buttons cover.
import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '~/words';
import { Switch } from './Field';

interface PhoneFrameProps {
  video?: string;
  /** For going to a moment of it. */
  videoRef?: RefObject<HTMLVideoElement>;
  poster?: string;
  title: string;
  text?: string;
  callToAction?: string;
  profile?: string;
  autoPlay?: boolean;
}

export function PhoneFrame({ video, videoRef, poster, title, text, callToAction, profile, autoPlay }: PhoneFrameProps) {
  const [zones, setZones] = useState(false);
  return (
    <div class="phone">
      <div class="phone-screen">
        {video ? (
          <video ref={videoRef} src={video} poster={poster} controls playsInline loop muted={autoPlay} autoPlay={autoPlay} preload="metadata" aria-label={title} />
        ) : poster ? (
          <img src={poster} alt={title} />
        ) : (
          <div class="phone-nothing" />
        )}
        {zones && <div class="phone-zones" aria-hidden="true" />}
        <div class="phone-words" dir="auto">
          {profile && <strong>{profile}</strong>}
          {text && <span>{text}</span>}
          {callToAction && <span class="phone-call">{callToAction}</span>}
        </div>
      </div>
      <Switch label={t('common.safe_zones')} checked={zones} onValue={setZones} />
    </div>
  );
}
