export const roi = {
  title: 'ROI',
};
