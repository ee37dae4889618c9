import type { door as english } from '../en/door';
import type { Like } from '../types';

export const door: Like<typeof english, 'ru'> = {
  sign_in: 'Вход',
  email: 'Эл. почта',
  password: 'Пароль',
  link_used: 'Эта ссылка использована или устарела. Войдите с паролем.',
};
