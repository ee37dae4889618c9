import type { first as english } from '../en/first';
import type { Like } from '../types';

export const first: Like<typeof english, 'ar'> = {
  title: 'الخطوات الأولى',
  done: 'اكتمل {n} من {all}',
  number: '{number}',
  is_done: 'تم',
  connect: 'ربط حساب إعلاني',
  connect_hint: 'يطلب تيك توك أو فيسبوك موافقتك؛ ولا يتغير شيء هناك.',
  connect_act: 'ربط',
  direction: 'إنشاء أول اتجاه',
  direction_hint: 'ماذا تبيع، ولمن، وبكم في اليوم.',
  direction_act: 'إنشاء اتجاه',
  creative: 'رفع أول فيديو',
  creative_hint: 'فيديو عمودي؛ وما لا يناسب يظهر فورًا.',
  creative_act: 'رفع',
  launch: 'إطلاق',
  launch_hint: 'ترى كل طلب والإنفاق المتوقع قبل إرسال أي شيء.',
  launch_act: 'إطلاق',
};
