import type { autopilot as english } from '../en/autopilot';
import type { Like } from '../types';

export const autopilot: Like<typeof english, 'ru'> = {
  title: 'Автопилот',
};
