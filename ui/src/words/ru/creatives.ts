import type { creatives as english } from '../en/creatives';
import type { Like } from '../types';

export const creatives: Like<typeof english, 'ru'> = {
  title: 'Креативы',
};
