import type { keys as english } from '../en/keys';
import type { Like } from '../types';

export const keys: Like<typeof english, 'ru'> = {
  intro: 'Ключи для ваших программ и сервисов. У каждого свои права, и его можно сразу отозвать.',
  none: 'Ключей пока нет',
  add: 'Создать ключ',
  made: 'Ключ создан',
  once: 'Скопируйте сейчас: ключ показывается один раз.',
  use: 'Программа отправляет его с каждым запросом:',
  example: 'Пример',
  name_hint: 'Чтобы потом знать, у какой он программы.',
  rights: 'Права',
  right_read: 'Чтение',
  right_read_hint: 'показатели, списки, лиды без контактов',
  right_edit: 'Изменение',
  right_edit_hint: 'направления, креативы, лиды',
  right_spend: 'Расход',
  right_spend_hint: 'запуски, бюджеты, автопилот',
  right_admin: 'Управление',
  right_admin_hint: 'участники, ключи, рекламные аккаунты',
  revoke_text: 'Всё, что использует ключ {name}, сразу перестанет работать.',
};
