// A vertical video as a phone shows it, with the places that the platform's own buttons cover.
import { useState } from 'preact/hooks';
import { t } from '~/words';
import { Switch } from './Field';

interface PhoneFrameProps {
  video?: string;
  poster?: string;
  title: string;
  text?: string;
  callToAction?: string;
  profile?: string;
  autoPlay?: boolean;
}

export function PhoneFrame({ video, poster, title, text, callToAction, profile, autoPlay }: PhoneFrameProps) {
  const [zones, setZones] = useState(false);
  return (
    <div class="phone">
      <div class="phone-screen">
        {video ? (
          <video src={video} poster={poster} controls playsInline loop muted={autoPlay} autoPlay={autoPlay} preload="metadata" aria-label={title} />
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
