// Where new creatives may go: one direction, or the two of one name on both platforms.
import type { Direction } from '~/api/types';
import type { Option } from '~/parts/Field';
import { t } from '~/words';

const BOTH = 'both:';
const REMEMBERED = 'upload-direction';

export function platformName(platform: string | null | undefined) {
  return platform === 'tiktok' ? t('common.platform_tiktok') : platform === 'facebook' ? t('common.platform_facebook') : t('creatives.no_platform');
}
export const directionLabel = (direction: Direction) => `${direction.name} · ${platformName(direction.platform)}`;

const twinOf = (direction: Direction, all: Direction[]) =>
  all.find((one) => one.name === direction.name && one.ad_account_id === direction.ad_account_id && one.platform !== direction.platform);

export function wishOptions(directions: Direction[]): Option[] {
  const options = directions.map((one) => ({ value: one.id, label: directionLabel(one) }));
  const pairs = directions
    .filter((one) => one.platform === 'tiktok' && twinOf(one, directions))
    .map((one) => ({ value: BOTH + one.id, label: `${one.name} · ${t('creatives.both_platforms')}` }));
  return [...pairs, ...options, { value: '', label: t('creatives.no_direction_yet') }];
}

export const readWish = (value: string) => ({ direction_id: value.replace(BOTH, ''), both: value.startsWith(BOTH) });

/** The direction that files went to last, while it is there. */
export function rememberedWish(options: Option[]) {
  const value = localStorage.getItem(REMEMBERED);
  return options.some((one) => one.value === value) ? (value as string) : (options[0]?.value ?? '');
}
export const rememberWish = (value: string) => localStorage.setItem(REMEMBERED, value);

export const TYPES = 'video/mp4,video/quicktime,video/webm,video/mpeg,video/3gpp,video/x-msvideo,image/jpeg,image/png,.mp4,.m4v,.mov,.webm,.mpeg,.mpg,.avi,.mkv';
const ENDINGS = /\.(mp4|m4v|mov|qt|webm|mpe?g|3gp|avi|mkv|jpe?g|png)$/i;

/** Why a file cannot go there; empty when it can.  The server looks again, more closely. */
export function refusal(file: File, onTiktok: boolean): string {
  if (!file.size) return t('creatives.refused_empty');
  if (!ENDINGS.test(file.name) && !TYPES.split(',').includes(file.type)) return t('creatives.refused_type');
  if (onTiktok && (file.type.startsWith('image/') || /\.(jpe?g|png)$/i.test(file.name))) return t('creatives.refused_image');
  return '';
}
