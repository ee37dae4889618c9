import type { accounts as english } from '../en/accounts';
import type { Like } from '../types';

export const accounts: Like<typeof english, 'ru'> = {
  title: 'Рекламные аккаунты',
};
