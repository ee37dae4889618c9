import type { launch as english } from '../en/launch';
import type { Like } from '../types';

export const launch: Like<typeof english, 'ar'> = {
  title: 'إطلاق',
};
