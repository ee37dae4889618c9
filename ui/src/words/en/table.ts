export const table = {
  columns: 'Columns',
  csv: 'CSV',
  more: 'Show more',
  tick: 'Select this row',
  tick_all: 'Select all rows',
  ticked: { one: '{n} selected', other: '{n} selected' },
  rows: { one: '{n} row', other: '{n} rows' },
  total: 'Total',
  usual_columns: 'Usual columns',
  csv_far: 'CSV: {rows} of {all}',
};
