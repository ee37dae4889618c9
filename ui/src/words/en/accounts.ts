export const accounts = {
  title: 'Ad accounts',
};
