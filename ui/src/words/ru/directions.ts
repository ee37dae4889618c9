import type { directions as english } from '../en/directions';
import type { Like } from '../types';

export const directions: Like<typeof english, 'ru'> = {
  title: 'Направления',
};
