export const directions = {
  title: 'Directions',
};
