import type { dashboard as english } from '../en/dashboard';
import type { Like } from '../types';

export const dashboard: Like<typeof english, 'ar'> = {
  title: 'لوحة المتابعة',
};
