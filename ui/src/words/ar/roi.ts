import type { roi as english } from '../en/roi';
import type { Like } from '../types';

export const roi: Like<typeof english, 'ar'> = {
  title: 'العائد على الاستثمار',
};
