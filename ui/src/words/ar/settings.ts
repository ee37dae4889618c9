import type { settings as english } from '../en/settings';
import type { Like } from '../types';

export const settings: Like<typeof english, 'ar'> = {
  title: 'الإعدادات',
};
