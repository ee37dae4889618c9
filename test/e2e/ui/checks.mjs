// What every page must hold, at every size, in every language.

// Runs in the page; answers a list of sentences, empty when all is well.
function inspect({ language, smallestTarget }) {
  const phone = matchMedia("(pointer: coarse), (max-width: 640px)").matches;
  const problems = [];
  const root = document.documentElement;
  const name = (element) => {
    const words = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 30);
    return `${element.tagName.toLowerCase()}${element.className && typeof element.className === "string" ? `.${element.className.trim().split(/\s+/)[0]}` : ""} "${words}"`;
  };
  const seen = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return style.visibility !== "hidden" && style.opacity !== "0" && box.width > 1 && box.height > 1 && !element.closest("[hidden], .visually-hidden");
  };

  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      if (!(box.right > root.clientWidth + 1 || box.left < -1)) return false;
      for (let up = element.parentElement; up; up = up.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return false;
      return true;
    });
    problems.push(`it is ${root.scrollWidth - root.clientWidth} px wider than the window: ${wide.slice(0, 3).map(name).join(", ")}`);
  }
  if (scrollY > 0) problems.push(`it came scrolled down by ${scrollY} px`);
  const viewport = document.querySelector("meta[name=viewport]")?.content ?? "";
  if (!/width=device-width/.test(viewport) || /user-scalable=no|maximum-scale/.test(viewport)) problems.push(`the viewport is "${viewport}"`);
  if (root.lang !== language) problems.push(`its language is ${root.lang}`);
  if (root.dir !== (language === "ar" ? "rtl" : "ltr")) problems.push(`its direction is ${root.dir}`);
  if (document.title === "" || !document.querySelector("h1")) problems.push("it has no title or no h1");

  for (const image of document.images) if (image.complete && image.naturalWidth === 0 && image.getAttribute("src")) problems.push(`a broken picture: ${image.src.slice(-60)}`);

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const small = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.textContent.trim() && node.parentElement && seen(node.parentElement)) {
      const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
      if (size < 12) small.add(`${name(node.parentElement)} ${size}px`);
    }
  if (small.size) problems.push(`text under 12 px: ${[...small].slice(0, 3).join(", ")}`);
  if (/\bundefined\b|\bNaN\b|\[object Object\]|Invalid Date/.test(document.body.innerText)) problems.push(`it shows ${document.body.innerText.match(/.{0,20}(undefined|NaN|\[object Object\]|Invalid Date).{0,20}/)[0]}`);

  if (phone) {
    const low = [];
    for (const element of document.querySelectorAll("a[href], button, select, input:not([type=hidden]), textarea, [role=menuitem], [role=option], summary")) {
      if (!seen(element) && !element.labels?.length) continue;
      // Links within a sentence keep the line's height (WCAG 2.5.8 lets them).
      if (element.tagName === "A" && getComputedStyle(element).display === "inline") continue;
      // A label enlarges what it labels.
      const boxes = [element, ...(element.labels ?? [])].filter(seen).map((one) => one.getBoundingClientRect());
      if (!boxes.length) continue;
      const height = Math.max(...boxes.map((box) => box.height));
      const width = Math.max(...boxes.map((box) => box.width));
      if (height < smallestTarget - 0.5 || width < smallestTarget - 0.5) low.push(`${name(element)} ${Math.round(width)}x${Math.round(height)}`);
    }
    if (low.length) problems.push(`touch targets under ${smallestTarget} px: ${low.slice(0, 5).join("; ")}`);
  }
  return problems;
}

/** Sentences about what is wrong with the page as it is shown now; [] when nothing is. */
export async function checkPage(page, { language }) {
  const problems = await page.evaluate(inspect, { language, smallestTarget: 44 });
  for (const error of await page.errors()) problems.push(`its console says: ${error}`);
  return problems;
}

/** The same from axe-core. */
export async function checkAccess(page) {
  return (await page.axe()).map(({ id, nodes }) => `axe ${id}: ${nodes.join(" | ")}`);
}
