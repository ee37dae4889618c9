import type { leads as english } from '../en/leads';
import type { Like } from '../types';

export const leads: Like<typeof english, 'ar'> = {
  title: 'العملاء المحتملون',
};
