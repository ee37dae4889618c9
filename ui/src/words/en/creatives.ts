export const creatives = {
  title: 'Creatives',
};
