import type { first as english } from '../en/first';
import type { Like } from '../types';

export const first: Like<typeof english, 'ru'> = {
  title: 'Первые шаги',
  done: 'Готово {n} из {all}',
  number: '{number}',
  is_done: 'Готово',
  connect: 'Подключить рекламный аккаунт',
  connect_hint: 'TikTok или Facebook попросит разрешение; там ничего не изменится.',
  connect_act: 'Подключить',
  direction: 'Создать первое направление',
  direction_hint: 'Что вы продаёте, кому и за сколько в день.',
  direction_act: 'Создать направление',
  creative: 'Загрузить первое видео',
  creative_hint: 'Вертикальное видео; что не подходит, видно сразу.',
  creative_act: 'Загрузить',
  launch: 'Запустить',
  launch_hint: 'Вы увидите все запросы и ожидаемый расход до отправки.',
  launch_act: 'Запустить',
};
