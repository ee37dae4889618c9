import type { table as english } from '../en/table';
import type { Like } from '../types';

export const table: Like<typeof english, 'ru'> = {
  columns: 'Столбцы',
  csv: 'CSV',
  more: 'Показать ещё',
  tick: 'Выбрать эту строку',
  tick_all: 'Выбрать все строки',
  ticked: { one: 'Выбрана {n}', few: 'Выбрано {n}', many: 'Выбрано {n}', other: 'Выбрано {n}' },
  rows: { one: '{n} строка', few: '{n} строки', many: '{n} строк', other: '{n} строки' },
  total: 'Итого',
  usual_columns: 'Обычные столбцы',
  csv_far: 'CSV: {rows} из {all}',
};
