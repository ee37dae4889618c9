// JSON for eyes: indented, left to right whatever the page is.
function indented(value: unknown) {
  try {
    return JSON.stringify(typeof value === 'string' ? JSON.parse(value) : value, null, 2);
  } catch {
    return String(value);
  }
}

export function JsonText({ title, value }: { title: string; value: unknown }) {
  return (
    <figure class="settings-json">
      <figcaption>{title}</figcaption>
      <pre dir="ltr" tabIndex={0} aria-label={title}>
        {indented(value)}
      </pre>
    </figure>
  );
}
