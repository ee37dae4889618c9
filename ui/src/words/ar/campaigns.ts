import type { campaigns as english } from '../en/campaigns';
import type { Like } from '../types';

export const campaigns: Like<typeof english, 'ar'> = {
  title: 'الحملات',
};
