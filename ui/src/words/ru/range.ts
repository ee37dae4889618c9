import type { range as english } from '../en/range';
import type { Like } from '../types';

export const range: Like<typeof english, 'ru'> = {
  label: 'Период',
  from: 'С',
  to: 'По',
  preset_today: 'Сегодня',
  preset_yesterday: 'Вчера',
  preset_7: 'Последние 7 дней',
  preset_14: 'Последние 14 дней',
  preset_30: 'Последние 30 дней',
  preset_90: 'Последние 90 дней',
  preset_month: 'Этот месяц',
  preset_last_month: 'Прошлый месяц',
  preset_custom: 'Выбранные дни',
  compare: 'Сравнить с',
  compare_none: 'Не сравнивать',
  compare_previous: 'Предыдущий период',
  compare_weekdays: 'Те же дни недели раньше',
  compare_year: 'Год назад',
};
